package framing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/kamaelia-go/kamaelia/axon"
)

// DeFramer turns bytes into frames, however they are cut.
//
//	[]byte ──▶ [ DeFramer ] ──▶ Frame
//
// It ends with its input. What is no frame, or ends in the middle of one, is a failure:
// nobody can tell where the next would begin.
type DeFramer struct {
	axon.Base

	// Largest is how many bytes of data a frame may have; 0 means 1 MiB.
	Largest int

	Inbox  axon.Inbox[[]byte] // bytes of a stream
	Outbox axon.Outbox[Frame] // the frames; each has its data to itself
}

var _ axon.Component = (*DeFramer)(nil)

// ErrCorrupt is part of the error for what is no frame.
var ErrCorrupt = errors.New("framing: corrupt frame")

// Main implements axon.Component.
func (d *DeFramer) Main(ctx context.Context) error {
	largest := d.Largest
	if largest <= 0 {
		largest = 1 << 20
	}
	var rest []byte
	for {
		b, err := d.Inbox.Recv(ctx)
		if errors.Is(err, axon.ErrFinished) && len(rest) > 0 {
			return fmt.Errorf("%w: it ends after %d bytes", ErrCorrupt, len(rest))
		}
		if err != nil {
			return err
		}
		rest = append(rest, b...)
		for {
			f, n, err := parse(rest, largest)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
			rest = rest[n:]
			if err := d.Outbox.Send(ctx, f); err != nil {
				return err
			}
		}
		rest = bytes.Clone(rest) // let go of what is done
	}
}

// parse takes the first frame. It returns 0 bytes if there is no whole one yet.
func parse(b []byte, largest int) (f Frame, n int, err error) {
	const longestHead = longestTag + 1 + 20
	head, data, ok := bytes.Cut(b, []byte{'\n'})
	if !ok {
		if len(b) > longestHead {
			return f, 0, fmt.Errorf("%w: no line end in %d bytes", ErrCorrupt, len(b))
		}
		return f, 0, nil
	}
	tag, length, ok := bytes.Cut(head, []byte{' '})
	size, bad := strconv.ParseUint(string(length), 10, 62)
	if !ok || bad != nil || !goodTag(string(tag)) || len(length) > 1 && length[0] == '0' {
		return f, 0, fmt.Errorf("%w: %.40q", ErrCorrupt, head)
	}
	if size > uint64(largest) {
		return f, 0, fmt.Errorf("framing: a frame of %d bytes, more than %d", size, largest)
	}
	if uint64(len(data)) < size {
		return f, 0, nil
	}
	return Frame{string(tag), bytes.Clone(data[:size])}, len(head) + 1 + int(size), nil
}
