// Command gortsplib-publisher publishes the JPEGs of a directory with gortsplib, again and again, until it is stopped.
//
//	gortsplib-publisher DIRECTORY URL udp|tcp FRAMES_A_SECOND
//	gortsplib-publisher --version
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/bluenviron/gortsplib/v5"
	"github.com/bluenviron/gortsplib/v5/pkg/description"
	"github.com/bluenviron/gortsplib/v5/pkg/format"

	"mjpegrtsp.example/gortsplib/version"
)

var protocols = map[string]gortsplib.Protocol{
	"udp": gortsplib.ProtocolUDP,
	"tcp": gortsplib.ProtocolTCP,
}

func main() {
	log.SetFlags(0)
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println(version.Gortsplib())
		return
	}
	if len(os.Args) != 5 {
		log.Fatal("usage: gortsplib-publisher DIRECTORY URL udp|tcp FRAMES_A_SECOND")
	}
	rate, err := strconv.Atoi(os.Args[4])
	if err != nil || rate < 1 {
		log.Fatalf("not a number of frames: %s", os.Args[4])
	}
	log.Fatal(publish(os.Args[1], os.Args[2], os.Args[3], rate))
}

// readFrames reads the files in the order of their names.
func readFrames(directory string) ([][]byte, error) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil, err
	}
	var frames [][]byte
	for _, entry := range entries {
		frame, err := os.ReadFile(filepath.Join(directory, entry.Name()))
		if err != nil {
			return nil, err
		}
		frames = append(frames, frame)
	}
	if len(frames) == 0 {
		return nil, fmt.Errorf("no files in %s", directory)
	}
	return frames, nil
}

func publish(directory, url, transport string, rate int) error {
	protocol, isKnown := protocols[transport]
	if !isKnown {
		return fmt.Errorf("unknown transport: %s", transport)
	}
	frames, err := readFrames(directory)
	if err != nil {
		return err
	}
	mjpeg := &format.MJPEG{}
	media := &description.Media{Type: description.MediaTypeVideo, Formats: []format.Format{mjpeg}}
	client := gortsplib.Client{Protocol: &protocol}
	if err := client.StartRecording(url, &description.Session{Medias: []*description.Media{media}}); err != nil {
		return err
	}
	defer client.Close()
	encoder, err := mjpeg.CreateEncoder()
	if err != nil {
		return err
	}
	ticker := time.NewTicker(time.Second / time.Duration(rate))
	defer ticker.Stop()
	for number := 0; ; number++ {
		<-ticker.C
		packets, err := encoder.Encode(frames[number%len(frames)])
		if err != nil {
			return err
		}
		for _, packet := range packets {
			packet.Timestamp += uint32(number * mjpeg.ClockRate() / rate)
			if err := client.WritePacketRTP(media, packet); err != nil {
				return err
			}
		}
	}
}
