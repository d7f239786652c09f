package process

import (
	"context"
	"errors"

	"github.com/kamaelia-go/kamaelia/axon"
)

// runner is the part that starts the program and waits for its end.
type runner struct {
	child *child

	// Ended carries the Exit, once.
	Ended axon.Outbox[*Exit] `axon:"optional"`
}

var (
	_ axon.Component   = (*runner)(nil)
	_ axon.Validator   = (*runner)(nil)
	_ axon.Finisher    = (*runner)(nil)
	_ axon.Interrupter = (*runner)(nil)
)

// Validate implements axon.Validator.
func (r *runner) Validate() error { return r.child.program.Validate() }

// Finish implements axon.Finisher: the end of its input tells the program.
func (r *runner) Finish() {}

// Interrupt tells the program to end.
func (r *runner) Interrupt() { r.child.stop() }

// Main implements axon.Component.
func (r *runner) Main(ctx context.Context) error {
	c := r.child
	err := c.start()
	switch {
	case errors.Is(err, errStopped):
		return nil
	case errors.Is(err, errAgain):
		return err
	}
	var e *Exit
	if c.run == nil {
		e = &Exit{Path: c.program.Path, Status: -1, Err: err}
	} else {
		e = c.wait()
	}
	if !r.Ended.Linked() && !e.Well() && !c.broken {
		return e
	}
	return r.Ended.Send(ctx, e)
}
