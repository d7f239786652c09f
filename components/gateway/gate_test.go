package gateway

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &Gate{Most: 2, Queue: 2, Wait: time.Second}
		ctx := t.Context()
		enter := func(ctx context.Context) <-chan error {
			done := make(chan error, 1)
			go func() { done <- g.Enter(t.Context(), ctx) }()
			synctest.Wait()
			return done
		}
		for range 2 {
			if err := <-enter(ctx); err != nil {
				t.Fatal(err)
			}
		}
		first := enter(ctx)
		client, leave := context.WithCancelCause(ctx)
		second := enter(client)
		if err := <-enter(ctx); !errors.Is(err, errQueue) {
			t.Errorf("a third waits: %v", err)
		}
		leave(ErrGone)
		if err := <-second; !errors.Is(err, ErrGone) {
			t.Errorf("one that has gone: %v", err)
		}
		g.Leave()
		if err := <-first; err != nil {
			t.Errorf("the first: %v", err)
		}
		if err := <-enter(ctx); !errors.Is(err, errWait) {
			t.Errorf("one that waits for long: %v", err)
		}
		g.Wait = -1 // without a limit
		patient := enter(ctx)
		time.Sleep(24 * time.Hour)
		g.Queue = -1
		if err := <-enter(ctx); !errors.Is(err, errQueue) {
			t.Errorf("one that may not wait: %v", err)
		}
		g.Leave()
		if err := <-patient; err != nil {
			t.Errorf("one that waits for a day: %v", err)
		}
		g.Leave()
		g.Leave()
		if running, waiting := g.Load(); running != 0 || waiting != 0 {
			t.Errorf("%d run and %d wait", running, waiting)
		}
	})
}
