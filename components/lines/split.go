package lines

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/kamaelia-go/kamaelia/axon"
)

// LineSplit turns bytes into lines, however they are cut: Kamaelia's LineSplit
// and LineOrientedInputBuffer. Put it before a protocol that reads lines.
//
//	[]byte ──▶ [ LineSplit ] ──▶ string
//
// A line ends with LF, or CR LF; the last one may end with the input. It ends with its
// input.
type LineSplit struct {
	axon.Base

	// Longest is how many bytes a line may have; 0 means 64 KiB. A longer one is a
	// failure.
	Longest int

	Inbox  axon.Inbox[[]byte]  // bytes of a stream
	Outbox axon.Outbox[string] // the lines, without their ends
}

var _ axon.Component = (*LineSplit)(nil)

// ErrTooLong is part of the error for a line that is too long.
var ErrTooLong = errors.New("lines: a line is too long")

// Main implements axon.Component.
func (l *LineSplit) Main(ctx context.Context) error {
	longest := l.Longest
	if longest <= 0 {
		longest = 64 << 10
	}
	send := func(line []byte) error {
		if line = bytes.TrimSuffix(line, []byte{'\r'}); len(line) > longest {
			return fmt.Errorf("%w: over %d bytes", ErrTooLong, longest)
		}
		return l.Outbox.Send(ctx, string(line))
	}
	var rest []byte
	for {
		b, err := l.Inbox.Recv(ctx)
		if errors.Is(err, axon.ErrFinished) && len(rest) > 0 {
			return send(rest)
		}
		if err != nil {
			return err
		}
		for {
			line, more, ok := bytes.Cut(b, []byte{'\n'})
			if !ok {
				break
			}
			if len(rest) > 0 {
				line = append(rest, line...)
				rest = rest[:0]
			}
			if err := send(line); err != nil {
				return err
			}
			b = more
		}
		if rest = append(rest, b...); len(rest) > longest+1 {
			return fmt.Errorf("%w: over %d bytes", ErrTooLong, longest)
		}
	}
}
