package process

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
)

// feeder is the part that writes to the program's standard input.
type feeder struct {
	child *child

	// Inbox takes what the program reads. Pieces are large, and the pipe holds more.
	Inbox axon.Inbox[[]byte] `axon:"size=2"`
}

var (
	_ axon.Component   = (*feeder)(nil)
	_ axon.Interrupter = (*feeder)(nil)
)

// Interrupt ends a write that waits.
func (f *feeder) Interrupt() {
	c := f.child
	select {
	case <-c.ready:
		if c.pipes != nil && c.pipes.stdin != nil {
			_ = c.pipes.stdin.Close()
		}
	default: // there is no write yet
	}
}

// Main implements axon.Component.
func (f *feeder) Main(ctx context.Context) error {
	c := f.child
	p := c.started()
	if p == nil {
		return nil
	}
	defer p.stdin.Close()
	reads := p.stdin != nil
	for {
		select {
		case b, more := <-f.Inbox.C():
			if !more || ctx.Err() != nil {
				return nil
			}
			if !reads {
				continue // thrown away
			}
			if _, err := p.stdin.Write(b); err != nil {
				// It reads no more, which is its own business.
				reads = false
				_ = p.stdin.Close()
			}
		case <-c.over:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}
