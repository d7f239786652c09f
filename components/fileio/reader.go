package fileio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/lines"
	"github.com/kamaelia-go/kamaelia/components/rate"
)

// Reader sends the content of a file: Kamaelia's SimpleReader and
// MaxSpeedFileReader.
//
//	file ─▶ [ Reader ] ──▶ []byte
//
// It reads as fast as its receiver takes, and ends with the file; a finish ends it
// behind the piece that is under way.
type Reader struct {
	axon.Base

	// Name is the file's.
	Name string

	// Size is how many bytes a piece has at most; 0 means 32 KiB.
	Size int

	Outbox axon.Outbox[[]byte] // the pieces; each the receiver's own

	enough atomic.Bool
}

var (
	_ axon.Component = (*Reader)(nil)
	_ axon.Finisher  = (*Reader)(nil)
)

// Lines returns a reader of a file's lines.
func Lines(name string) axon.Component {
	return axon.Pipeline(&Reader{Name: name}, &lines.LineSplit{})
}

// RateControlled returns a reader of a file at so many bytes a second: Kamaelia's
// RateControlledFileReader.
func RateControlled(name string, perSecond float64) axon.Component {
	size := min(max(int(perSecond/10), 1), 32<<10)
	return axon.Pipeline(&Reader{Name: name, Size: size}, rate.Bytes(perSecond))
}

// Finish ends the reading.
func (r *Reader) Finish() { r.enough.Store(true) }

// Main implements axon.Component.
func (r *Reader) Main(ctx context.Context) error {
	f, err := os.Open(r.Name)
	if err != nil {
		return fmt.Errorf("fileio: %w", err)
	}
	defer f.Close()
	size := r.Size
	if size <= 0 {
		size = 32 << 10
	}
	for !r.enough.Load() {
		buf := make([]byte, size)
		n, err := f.Read(buf)
		if n > 0 {
			if err := r.Outbox.Send(ctx, buf[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("fileio: %w", err)
		}
	}
	return nil
}
