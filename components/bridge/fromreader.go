package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/kamaelia-go/kamaelia/axon"
)

// FromReader sends what a reader reads.
//
//	io.Reader ─▶ [ FromReader ] ──▶ []byte
//
// It ends with the reader. A finish or a shutdown closes a reader that is an io.Closer,
// so that a read that is under way ends; with any other it ends behind that read.
type FromReader struct {
	axon.Base

	// From is what is read.
	From io.Reader

	// Size is how many bytes are read at a time, at most; 0 means 4 KiB.
	Size int

	Outbox axon.Outbox[[]byte] // what was read; each slice is the receiver's own

	ending atomic.Bool
}

var (
	_ axon.Component   = (*FromReader)(nil)
	_ axon.Validator   = (*FromReader)(nil)
	_ axon.Finisher    = (*FromReader)(nil)
	_ axon.Interrupter = (*FromReader)(nil)
)

// Validate implements axon.Validator.
func (r *FromReader) Validate() error {
	if r.From == nil {
		return errors.New("bridge: a FromReader needs From")
	}
	return nil
}

// Finish ends the reading.
func (r *FromReader) Finish() { r.Interrupt() }

// Interrupt ends the reading.
func (r *FromReader) Interrupt() {
	if c, ok := r.From.(io.Closer); !r.ending.Swap(true) && ok {
		_ = c.Close()
	}
}

// Main implements axon.Component.
func (r *FromReader) Main(ctx context.Context) error {
	size := r.Size
	if size <= 0 {
		size = 4 << 10
	}
	for !r.ending.Load() {
		buf := make([]byte, size)
		n, err := r.From.Read(buf)
		if n > 0 {
			if err := r.Outbox.Send(ctx, buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF || err != nil && r.ending.Load():
			return nil
		case err != nil:
			return fmt.Errorf("bridge: %w", err)
		}
	}
	return nil
}
