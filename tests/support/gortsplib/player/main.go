// Command gortsplib-player plays Motion-JPEG with gortsplib, as MediaMTX does, and stores each frame as a file.
//
//	gortsplib-player URL udp|tcp|multicast DIRECTORY FRAMES
//	gortsplib-player --version
//
// It ends after so many frames, since gortsplib leaves the end of a stream to its user.
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/base"
	"github.com/bluenviron/gortsplib/v5/pkg/format"
	"github.com/bluenviron/gortsplib/v5/pkg/format/rtpmjpeg"
	"github.com/pion/rtp"

	"mjpegrtsp.example/gortsplib/version"
)

var protocols = map[string]gortsplib.Protocol{
	"udp":       gortsplib.ProtocolUDP,
	"tcp":       gortsplib.ProtocolTCP,
	"multicast": gortsplib.ProtocolUDPMulticast,
}

func main() {
	log.SetFlags(0)
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println(version.Gortsplib())
		return
	}
	if len(os.Args) != 5 {
		log.Fatal("usage: gortsplib-player URL udp|tcp|multicast DIRECTORY FRAMES")
	}
	wanted, err := strconv.Atoi(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	if err := play(os.Args[1], os.Args[2], os.Args[3], wanted); err != nil {
		log.Fatal(err)
	}
}

func play(url, transport, directory string, wanted int) error {
	protocol, isKnown := protocols[transport]
	if !isKnown {
		return fmt.Errorf("unknown transport: %s", transport)
	}
	target, err := base.ParseURL(url)
	if err != nil {
		return err
	}
	client := gortsplib.Client{
		Scheme:        target.Scheme,
		Host:          target.Host,
		Protocol:      &protocol,
		OnPacketsLost: func(lost uint64) { log.Printf("%d packets lost", lost) },
		OnDecodeError: func(err error) { log.Print(err) },
	}
	if err := client.Start(); err != nil {
		return err
	}
	defer client.Close()
	description, _, err := client.Describe(target)
	if err != nil {
		return err
	}
	var mjpeg *format.MJPEG
	media := description.FindFormat(&mjpeg)
	if media == nil {
		return errors.New("the description has no Motion-JPEG")
	}
	decoder, err := mjpeg.CreateDecoder()
	if err != nil {
		return err
	}
	if _, err := client.Setup(description.BaseURL, media, 0, 0); err != nil {
		return err
	}

	ended := make(chan error, 1)
	stored := 0
	client.OnPacketRTP(media, mjpeg, func(packet *rtp.Packet) {
		frame, err := decoder.Decode(packet)
		switch {
		case errors.Is(err, rtpmjpeg.ErrMorePacketsNeeded), errors.Is(err, rtpmjpeg.ErrNonStartingPacketAndNoPrevious):
			return
		case err != nil:
			log.Print(err)
			return
		case stored == wanted:
			return
		}
		stored++
		err = os.WriteFile(filepath.Join(directory, fmt.Sprintf("%05d.jpg", stored)), frame, 0o644)
		if err != nil || stored == wanted {
			ended <- err
		}
	})
	if _, err := client.Play(nil); err != nil {
		return err
	}
	go func() { ended <- client.Wait() }()
	return <-ended
}
