package nethttp

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// Pool is the part of a Graph that starts its instances, each when it is needed
// and none is idle.
//
//	Graph.ServeHTTP ──▶ [ Pool ] ══▶ an instance of the application
//
// A Graph runs one by itself, unless its Part was put into a graph. On finish it
// starts no more, and ends when its instances have.
type Pool struct {
	axon.Base

	// Inbox takes nothing. Those who need the Pool hold it open, as long as they
	// live: see axon.Shared.
	Inbox axon.Inbox[struct{}] `axon:"optional"`

	// Failures tells of every instance that could not be built or has failed. It
	// may stay unlinked.
	Failures axon.Outbox[error] `axon:"optional"`

	application func(*Source, *Sink) *axon.Graph
	wanted      chan chan<- started // who needs an instance
	serving     chan<- started      // the one in hand
	running     []*axon.Running     // instances, some of which have ended

	once    sync.Once
	closing chan struct{}
	gone    chan struct{} // closed when Main has returned for good
}

// started is an instance, or why there is none.
type started struct {
	instance *instance
	err      error
}

var (
	_ axon.Component = (*Pool)(nil)
	_ axon.Loser     = (*Pool)(nil)
	_ axon.Finisher  = (*Pool)(nil)
	_ axon.Leaver    = (*Pool)(nil)
)

func newPool(application func(*Source, *Sink) *axon.Graph) *Pool {
	return &Pool{
		application: application, wanted: make(chan chan<- started), closing: make(chan struct{}), gone: make(chan struct{}),
	}
}

// Validate implements axon.Validator.
func (p *Pool) Validate() error {
	if p.application == nil {
		return fmt.Errorf("%w: a Pool is made by a Graph", errUnfit)
	}
	return nil
}

// Finish implements axon.Finisher.
func (p *Pool) Finish() { p.once.Do(func() { close(p.closing) }) }

// Main implements axon.Component.
func (p *Pool) Main(ctx context.Context) error {
	for {
		select {
		case p.serving = <-p.wanted:
			p.serving <- p.start(ctx)
			p.serving = nil
		case <-p.closing:
			return nil
		case _, open := <-p.Inbox.C():
			if !open { // nobody needs it any more
				for _, r := range p.running {
					r.Finish()
				}
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// start starts an instance.
func (p *Pool) start(ctx context.Context) started {
	i := &instance{
		source: &Source{calls: make(chan *call)},
		sink:   &Sink{answers: make(chan *http1.Response, 1)},
	}
	running, err := axon.Spawn(ctx, p.application(i.source, i.sink))
	i.running = running
	if err == nil {
		p.running = append(slices.DeleteFunc(p.running, ended), running)
	}
	return started{i, err}
}

func ended(r *axon.Running) bool {
	select {
	case <-r.Done():
		return true
	default:
		return false
	}
}

// Leave tells those who wait for an instance that there will be none.
func (p *Pool) Leave(context.Context) { close(p.gone) }

// Lost tells whom the part has failed, by a panic of the application's maker.
func (p *Pool) Lost(_ context.Context, f *axon.Fault) {
	if p.serving != nil {
		p.serving <- started{err: f}
	}
}

// instance asks the part for an instance. One that is told to finish starts none, and may
// not be gone for long.
func (p *Pool) instance(ctx context.Context) (*instance, error) {
	reply := make(chan started, 1)
	select {
	case p.wanted <- reply:
	case <-p.closing:
		return nil, errClosed
	case <-p.gone:
		return nil, errClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	select {
	case s := <-reply:
		return s.instance, s.err
	case <-p.gone:
		return nil, errClosed
	}
}
