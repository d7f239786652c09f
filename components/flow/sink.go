package flow

import (
	"context"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
)

// sink is the outbox of a Sinks that leads to one inbox.
//
//	Sinks ─▶ [ sink ] ──▶ an inbox that comes and goes
//
// It ends when it is removed, behind what it was given, or when its receiver says
// so or has gone.
type sink[T any] struct {
	Sink[T]
	queue chan T // for DropOldest

	once sync.Once
	over chan struct{} // closed when there will be no more

	Outbox axon.Outbox[T] // what the Sinks sends
}

var (
	_ axon.Component = (*sink[int])(nil)
	_ axon.Finisher  = (*sink[int])(nil)
)

// Finish does nothing: the Sinks says when there will be no more.
func (p *sink[T]) Finish() {}

func (p *sink[T]) end() { p.once.Do(func() { close(p.over) }) }

// put passes a message on, or puts it into the queue. An error says that the
// receiver has gone or, by its policy, shall go.
func (p *sink[T]) put(ctx context.Context, v T) error {
	switch p.Slow {
	case Block:
		return p.Outbox.Send(ctx, v)
	case Disconnect:
		return p.Outbox.TrySend(v)
	}
	for {
		select {
		case <-p.over:
			return axon.ErrGone
		case p.queue <- v:
			return nil
		default:
		}
		select {
		case <-p.queue:
		default:
		}
	}
}

// Main implements axon.Component.
func (p *sink[T]) Main(ctx context.Context) error {
	defer p.end()
	for {
		select {
		case v := <-p.queue:
			if err := p.Outbox.Send(ctx, v); err != nil {
				return err
			}
		case <-p.over:
			return p.rest(ctx)
		case <-p.Done:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// rest sends what is left in the queue.
func (p *sink[T]) rest(ctx context.Context) error {
	for {
		select {
		case v := <-p.queue:
			if err := p.Outbox.Send(ctx, v); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}
