package beside

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Runner runs graphs for as long as others need them.
//
//	[ Runner ] ── failures ──▶ error
//	    └══▶ graphs
//
// When those who hold its Inbox open have ended (see axon.Shared), it lets its
// graphs finish, and ends with them.
type Runner struct {
	axon.Base

	// Inbox takes nothing. Those who need the graphs hold it open.
	Inbox axon.Inbox[struct{}] `axon:"optional"`

	// Failures tells of every graph that could not be started.
	Failures axon.Outbox[error] `axon:"optional"`

	mu      sync.Mutex
	wake    chan struct{} // has room for one; made when it is first needed
	wanted  []*axon.Graph // that are to be started
	running map[*axon.Graph]*axon.Running
}

var _ axon.Component = (*Runner)(nil)

// Run starts a graph, as soon as the Runner runs.
func (r *Runner) Run(g *axon.Graph) {
	r.mu.Lock()
	r.wanted = append(r.wanted, g)
	r.mu.Unlock()
	select {
	case r.waker() <- struct{}{}:
	default: // it will be seen
	}
}

// End lets a graph finish that Run was given.
func (r *Runner) End(g *axon.Graph) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wanted = slices.DeleteFunc(r.wanted, func(other *axon.Graph) bool { return other == g })
	if running := r.running[g]; running != nil {
		running.Finish()
		delete(r.running, g)
	}
}

func (r *Runner) waker() chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wake == nil {
		r.wake = make(chan struct{}, 1)
	}
	return r.wake
}

// Main implements axon.Component.
func (r *Runner) Main(ctx context.Context) error {
	for {
		if err := r.start(ctx); err != nil {
			_ = r.Failures.Send(ctx, err)
		}
		select {
		case <-r.waker():
		case _, open := <-r.Inbox.C():
			if !open {
				r.finish()
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// start starts what is wanted.
func (r *Runner) start(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var errs []error
	for _, g := range r.wanted {
		running, err := axon.Spawn(ctx, g)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if r.running == nil {
			r.running = map[*axon.Graph]*axon.Running{}
		}
		r.running[g] = running
	}
	r.wanted = nil
	return errors.Join(errs...)
}

// finish lets all graphs finish.
func (r *Runner) finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, running := range r.running {
		running.Finish()
	}
	r.running, r.wanted = nil, nil
}
