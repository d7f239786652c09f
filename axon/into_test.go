package axon_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/kamaelia-go/kamaelia/axon"
)

// A part that has returned feeds the graphs that it has started no more: they end
// behind the last message, by themselves, and what they start in turn is not told to
// finish before it has got its own.
func TestOutboxIntoStartedGraphs(t *testing.T) {
	for name, starts := range map[string]int{"one": 1, "moved from one to another": 2} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := make(chan int, 100)
				// taker has each message taken by a graph of its own.
				taker := func() *body {
					return &body{main: func(ctx context.Context, b *body) error {
						for v := range b.Inbox.All(ctx) {
							inner := &body{main: func(ctx context.Context, b *body) error {
								for v := range b.Inbox.All(ctx) {
									got <- v
								}
								return nil
							}}
							g := single(inner)
							g.Links = axon.Links{axon.Link(&b.Outbox, &inner.Inbox)}
							r, err := axon.Spawn(ctx, g)
							if err != nil {
								return err
							}
							if err := b.Outbox.Send(ctx, v); err != nil {
								return err
							}
							if err := axon.Unlink(&b.Outbox); err != nil {
								return err
							}
							r.Finish()
						}
						return nil
					}}
				}
				host := &body{main: func(ctx context.Context, b *body) error {
					for i := range starts {
						to := taker()
						if i > 0 {
							if err := axon.Unlink(&b.Outbox); err != nil {
								return err
							}
						}
						g := single(to)
						g.Links = axon.Links{axon.Link(&b.Outbox, &to.Inbox)}
						if _, err := axon.Spawn(ctx, g); err != nil {
							return err
						}
						for v := range 3 {
							if err := b.Outbox.Send(ctx, 10*i+v); err != nil {
								return err
							}
						}
					}
					return nil // all at once: nothing was taken yet
				}}
				_, wait := start(t, single(host))
				if err := wait(); err != nil {
					t.Fatal(err)
				}
				close(got)
				n := 0
				for range got {
					n++
				}
				if want := 3 * starts; n != want {
					t.Errorf("%d messages came, want %d", n, want)
				}
			})
		})
	}
}

// A part that is told to finish still has messages for what it has started, or starts
// then to deal with them: that is told nothing, and finishes behind the last of them.
func TestFinishBehindTheSender(t *testing.T) {
	for _, when := range []string{"started before the signal", "started after it"} {
		bubble(t, when, func(t *testing.T) {
			told := make(chan struct{})
			var got []int
			inner := &body{main: func(ctx context.Context, b *body) error {
				for v := range b.Inbox.All(ctx) {
					got = append(got, v)
				}
				return nil
			}}
			taker := &body{main: func(ctx context.Context, b *body) error {
				if when == "started after it" {
					<-told
				}
				g := single(inner)
				g.Links = axon.Links{axon.Link(&b.Outbox, &inner.Inbox)}
				if _, err := axon.Spawn(ctx, g); err != nil {
					return err
				}
				<-told
				for v := range b.Inbox.All(ctx) {
					if err := b.Outbox.Send(ctx, v); err != nil {
						return err
					}
				}
				return nil
			}}
			host := &body{main: func(ctx context.Context, b *body) error {
				g := single(taker)
				g.Links = axon.Links{axon.Link(&b.Outbox, &taker.Inbox)}
				r, err := axon.Spawn(ctx, g)
				if err != nil {
					return err
				}
				for v := range 3 {
					if err := b.Outbox.Send(ctx, v); err != nil {
						return err
					}
				}
				if err := axon.Unlink(&b.Outbox); err != nil {
					return err
				}
				synctest.Wait() // the taker's graph runs, if it is started before
				r.Finish()
				close(told)
				return nil
			}}
			_, wait := start(t, single(host))
			if err := wait(); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, upTo(3)) {
				t.Errorf("got %v, want %v", got, upTo(3))
			}
		})
	}
}

// An outbox that leads elsewhere, too, finishes behind the graphs, as ever.
func TestOutboxPastStartedGraphs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		after := &body{main: func(ctx context.Context, b *body) error {
			for range b.Inbox.All(ctx) {
			}
			return nil
		}}
		host := &body{main: func(ctx context.Context, b *body) error {
			_, err := axon.Spawn(ctx, single(&body{main: func(context.Context, *body) error { <-release; return nil }}))
			return err
		}}
		g := &axon.Graph{
			Name:  "two",
			Parts: axon.Parts{{Name: "HOST", Component: host}, {Name: "AFTER", Component: after}},
			Links: axon.Links{axon.Link(&host.Outbox, &after.Inbox)},
		}
		_, wait := start(t, g)
		synctest.Wait()
		if s := g.Info().Parts[1].State; s != "active" {
			t.Error("AFTER has ended before what its sender has started")
		}
		close(release)
		if err := wait(); err != nil {
			t.Error(err)
		}
	})
}
