// Package version tells the version of gortsplib.
package version

import "runtime/debug"

// Gortsplib is for instance "gortsplib v5.6.3".
func Gortsplib() string {
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "github.com/bluenviron/gortsplib/v5" {
			return "gortsplib " + module.Version
		}
	}
	return "unknown"
}
