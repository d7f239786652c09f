package cgi

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// input is the part that gives a request's body to the script.
//
//	the body ──▶ [ input ] ──▶ []byte
//	                 └── faults ──▶ error
type input struct {
	call *call

	// Outbox carries the body, as it comes.
	Outbox axon.Outbox[[]byte]

	// Faults carries what was wrong with the body, once.
	Faults axon.Outbox[error]
}

var (
	_ axon.Component = (*input)(nil)
	_ axon.Finisher  = (*input)(nil)
)

// Finish implements axon.Finisher: the body has its own end.
func (i *input) Finish() {}

// Main implements axon.Component.
func (i *input) Main(ctx context.Context) error {
	const size = 32 << 10
	var buf []byte
	for {
		if len(buf) < size/4 {
			buf = make([]byte, size)
		}
		n, err := i.read(ctx, buf)
		if n > 0 {
			i.call.moved.Store(time.Now().UnixNano())
			piece := buf[:n:n]
			buf = buf[n:]
			if gone := i.Outbox.Send(ctx, piece); gone != nil {
				return gone // the script has ended, without all of it
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrClosedPipe), ctx.Err() != nil:
			return nil
		default:
			return i.Faults.Send(ctx, err)
		}
	}
}

func (i *input) read(ctx context.Context, p []byte) (int, error) {
	if b, ok := i.call.body.(*http1.Body); ok {
		return b.ReadContext(ctx, p)
	}
	return i.call.body.Read(p) // of a file, or of memory
}
