package bridge

import (
	"context"
	"sync"

	"github.com/kamaelia-go/kamaelia/axon"
)

// getter is the part from whose inbox a Handle gets.
//
//	the component ──▶ [ getter ] ─▶ Get
//
// It ends when the Handle has got the last message.
type getter[T any] struct {
	once sync.Once
	over chan struct{} // closed when nothing will be got any more

	Inbox axon.Inbox[T] `axon:"optional,size=1"` // what is got
}

func (g *getter[T]) close() { g.once.Do(func() { close(g.over) }) }

func (g *getter[T]) isClosed() bool {
	select {
	case <-g.over:
		return true
	default:
		return false
	}
}

var _ axon.Component = (*getter[int])(nil)

// Main implements axon.Component.
func (g *getter[T]) Main(ctx context.Context) error {
	select {
	case <-g.over:
	case <-ctx.Done():
	}
	return nil
}
