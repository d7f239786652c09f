package wsgi

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/process"
)

// ending is the part that sees to what a worker leaves: those who wait for answers
// of it are told, by the end of their sockets.
//
//	*process.Exit ──▶ [ ending ]
type ending struct {
	axon.Base

	run *run

	// Inbox takes how the program has ended, once.
	Inbox axon.Inbox[*process.Exit]
}

var _ axon.Component = (*ending)(nil)

// Main implements axon.Component.
func (e *ending) Main(ctx context.Context) error {
	r := e.run
	defer func() {
		r.control.close()
		r.app.pool.bury(r)
		r.ready.happen()
	}()
	exit, err := e.Inbox.Recv(ctx)
	if err != nil {
		return nil // it was not started
	}
	r.mu.Lock()
	r.exit = exit
	failed := r.failed
	r.mu.Unlock()
	if exit.Err != nil && failed == nil {
		r.fail(r.app.error("", exit, exit.Error()))
	}
	return nil
}
