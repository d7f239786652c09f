package nethttp

import (
	"context"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

// pool is the part of a Graph that starts its instances, each when it is needed
// and none is idle.
//
//	ServeHTTP ──▶ [ pool ] ══▶ an instance of the application
//
// On finish it starts no more, and ends when its instances have.
type pool struct {
	axon.Base

	application func(*Source, *Sink) *axon.Graph
	wanted      chan chan<- started // who needs an instance
	serving     chan<- started      // the one in hand

	once    sync.Once
	closing chan struct{}
}

// started is an instance, or why there is none.
type started struct {
	instance *instance
	err      error
}

var (
	_ axon.Component = (*pool)(nil)
	_ axon.Loser     = (*pool)(nil)
	_ axon.Finisher  = (*pool)(nil)
)

func newPool(application func(*Source, *Sink) *axon.Graph) *pool {
	return &pool{application: application, wanted: make(chan chan<- started), closing: make(chan struct{})}
}

// Finish implements axon.Finisher.
func (p *pool) Finish() { p.once.Do(func() { close(p.closing) }) }

// Main implements axon.Component.
func (p *pool) Main(ctx context.Context) error {
	for {
		select {
		case p.serving = <-p.wanted:
			p.serving <- p.start(ctx)
			p.serving = nil
		case <-p.closing:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// start starts an instance.
func (p *pool) start(ctx context.Context) started {
	i := &instance{
		source: &Source{calls: make(chan *call)},
		sink:   &Sink{answers: make(chan *http1.Response, 1)},
	}
	running, err := axon.Spawn(ctx, p.application(i.source, i.sink))
	i.running = running
	return started{i, err}
}

// Lost tells whom the part has failed, by a panic of the application's maker.
func (p *pool) Lost(_ context.Context, f *axon.Fault) {
	if p.serving != nil {
		p.serving <- started{err: f}
	}
}

// instance asks the part, whose run is given, for an instance.
func (p *pool) instance(run *axon.Running) (*instance, error) {
	reply := make(chan started, 1)
	select {
	case p.wanted <- reply:
	case <-run.Done():
		return nil, errClosed
	}
	select {
	case s := <-reply:
		return s.instance, s.err
	case <-run.Done():
		return nil, errClosed
	}
}
