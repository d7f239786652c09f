package axon_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
)

// counter sends 0 to N-1, and N without an end if it is 0.
type counter struct {
	axon.Base
	N      int
	Outbox axon.Outbox[int] // the numbers
}

func (c *counter) Main(ctx context.Context) error {
	for i := 0; i < c.N || c.N == 0; i++ {
		if err := c.Outbox.Send(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// pass sends on what it gets, after f.
type pass struct {
	axon.Base
	Inbox  axon.Inbox[int]  // numbers
	Outbox axon.Outbox[int] // the same

	f func(int) error // a panic or an error before the message is sent on
}

func (p *pass) Main(ctx context.Context) error {
	for v := range p.Inbox.All(ctx) {
		if p.f != nil {
			if err := p.f(v); err != nil {
				return err
			}
		}
		if err := p.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

// list keeps what it gets.
type list struct {
	axon.Base
	Inbox axon.Inbox[int] // what it keeps

	mu  sync.Mutex
	all []int
}

func (l *list) Main(ctx context.Context) error {
	for v := range l.Inbox.All(ctx) {
		l.mu.Lock()
		l.all = append(l.all, v)
		l.mu.Unlock()
	}
	return nil
}

func (l *list) got() []int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.all)
}

// upper turns lines into upper case.
type upper struct {
	axon.Base
	Inbox  axon.Inbox[string]  // lines
	Outbox axon.Outbox[string] // the same lines in upper case
}

func (u *upper) Main(ctx context.Context) error {
	for s := range u.Inbox.All(ctx) {
		if err := u.Outbox.Send(ctx, strings.ToUpper(s)); err != nil {
			return err
		}
	}
	return nil
}

// body is a component whose Main is given.
type body struct {
	axon.Base
	Inbox  axon.Inbox[int]  `axon:"optional"` // whatever the Main makes of it
	Outbox axon.Outbox[int] `axon:"optional"` // whatever the Main makes of it
	Other  axon.Outbox[int] `axon:"optional"` // whatever the Main makes of it

	main func(ctx context.Context, b *body) error
}

func (b *body) Main(ctx context.Context) error { return b.main(ctx, b) }

// idle is the Main of a body that waits for its shutdown.
func idle(ctx context.Context, _ *body) error {
	<-ctx.Done()
	return ctx.Err()
}

// upTo returns 0 to n-1.
func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// single is a graph of one part.
func single(c axon.Component) *axon.Graph {
	return &axon.Graph{Name: "single", Parts: axon.Parts{{Name: "PART", Component: c}}}
}

// bubble runs a test under testing/synctest.
func bubble(t *testing.T, name string, f func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}

// start runs a graph in a goroutine under a system of its own, with no actors as
// long as nothing fails, and returns how to stop it and how to wait for it.
func start(t *testing.T, g *axon.Graph) (stop context.CancelCauseFunc, wait func() error) {
	t.Helper()
	if err := g.Build(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancelCause(t.Context())
	done := make(chan error, 1)
	go func() { done <- g.Run(ctx) }()
	wait = sync.OnceValue(func() error { return <-done })
	t.Cleanup(func() {
		stop(errors.New("the test is over"))
		_ = wait()
	})
	return stop, wait
}

// events collects what a system tells.
type events struct {
	mu  sync.Mutex
	all []axon.Event
}

func (e *events) add(x axon.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, x)
}

// of returns the events of one kind.
func (e *events) of(k axon.EventKind) (found []axon.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, x := range e.all {
		if x.Kind == k {
			found = append(found, x)
		}
	}
	return found
}

// settle waits, in a bubble, until nothing moves, and says what a part should be
// doing then.
func settle(t *testing.T, g *axon.Graph, part, doing string) {
	t.Helper()
	synctest.Wait()
	for _, p := range g.Info().Parts {
		if p.Name == part && p.Doing != doing {
			t.Errorf("%s is %q, want %q", part, p.Doing, doing)
		}
	}
}
