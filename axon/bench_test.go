package axon_test

import (
	"context"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
)

// running starts a graph for a benchmark and returns how to end it.
func running(b *testing.B, g *axon.Graph) func() {
	b.Helper()
	var sys axon.System
	r, err := sys.Start(context.Background(), g)
	if err != nil {
		b.Fatal(err)
	}
	return func() {
		r.Stop(nil)
		<-r.Done()
		sys.Close()
	}
}

// BenchmarkHop is one message by one link, while messages flow.
func BenchmarkHop(b *testing.B) {
	source := &body{main: func(ctx context.Context, x *body) error {
		for b.Loop() {
			if err := x.Outbox.Send(ctx, 1); err != nil {
				return err
			}
		}
		return nil
	}}
	b.ReportAllocs()
	if err := axon.Pipeline(source, &body{main: drain}).Run(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkHopAsleep is a message there and one back: each wakes its receiver.
func BenchmarkHopAsleep(b *testing.B) {
	ping := &body{main: func(ctx context.Context, x *body) error {
		for b.Loop() {
			if err := x.Outbox.Send(ctx, 1); err != nil {
				return err
			}
			if _, err := x.Inbox.Recv(ctx); err != nil {
				return err
			}
		}
		return nil
	}}
	pong := &pass{}
	ping.Inbox.Size = 1
	g := &axon.Graph{Name: "ring", Parts: axon.Parts{{Name: "PING", Component: ping}, {Name: "PONG", Component: pong}},
		Links: axon.Links{axon.Link(&ping.Outbox, &pong.Inbox), axon.Link(&pong.Outbox, &ping.Inbox), axon.Link(&ping.Signal, &pong.Control)}}
	b.ReportAllocs()
	if err := g.Run(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkHopBeside is what the same costs with plain channels.
func BenchmarkHopBeside(b *testing.B) {
	b.Run("channel", func(b *testing.B) {
		c, done := make(chan int, axon.DefaultSize), make(chan struct{})
		go func() {
			for range c {
			}
			close(done)
		}()
		b.ReportAllocs()
		for b.Loop() {
			c <- 1
		}
		close(c)
		<-done
	})
	b.Run("select with ctx", func(b *testing.B) {
		ctx, cancel := context.WithCancel(context.Background())
		c, done := make(chan int, axon.DefaultSize), make(chan struct{})
		go func() {
			defer close(done)
			for {
				select {
				case <-c:
				case <-ctx.Done():
					return
				}
			}
		}()
		b.ReportAllocs()
		for b.Loop() {
			select {
			case c <- 1:
			case <-ctx.Done():
			}
		}
		cancel()
		<-done
	})
}

// BenchmarkHopTapped is a hop that someone listens to.
func BenchmarkHopTapped(b *testing.B) {
	n := 0
	source := &body{main: func(ctx context.Context, x *body) error {
		x.Outbox.Tap(func(int) { n++ })
		for b.Loop() {
			if err := x.Outbox.Send(ctx, 1); err != nil {
				return err
			}
		}
		return nil
	}}
	b.ReportAllocs()
	if err := axon.Pipeline(source, &body{main: drain}).Run(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkMove is a link that is moved while messages flow by it.
func BenchmarkMove(b *testing.B) {
	source, to := &counter{}, []*body{{main: drain}, {main: drain}}
	g := &axon.Graph{Name: "g", Parts: axon.Parts{{Name: "S", Component: source}, {Name: "A", Component: to[0]}, {Name: "B", Component: to[1]}},
		Links: axon.Links{axon.Link(&source.Outbox, &to[0].Inbox)}}
	defer running(b, g)()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := axon.Move(&source.Outbox, &to[i%2].Inbox); err != nil {
			b.Fatal(err)
		}
	}
}

// stage is a part of something like the graph of a connection.
type stage struct {
	axon.Base
	Inbox    axon.Inbox[int]  // messages
	Extra    axon.Inbox[int]  `axon:"optional,size=2"` // failures
	Outbox   axon.Outbox[int] // the same
	Failures axon.Outbox[int] `axon:"optional"` // failures
}

func (s *stage) Main(ctx context.Context) error {
	for v := range s.Inbox.All(ctx) {
		if err := s.Outbox.Send(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

// connection is a graph of 7 parts and 12 links.
func connection(n int) *axon.Graph {
	source, sink := &counter{N: n}, &list{}
	s := make([]stage, 5)
	return &axon.Graph{Name: "connection",
		Parts: axon.Parts{{Name: "SOURCE", Component: source}, {Name: "A", Component: &s[0]}, {Name: "B", Component: &s[1]},
			{Name: "C", Component: &s[2]}, {Name: "D", Component: &s[3]}, {Name: "E", Component: &s[4]}, {Name: "SINK", Component: sink}},
		Links: axon.Links{
			axon.Link(&source.Outbox, &s[0].Inbox), axon.Link(&s[0].Outbox, &s[1].Inbox), axon.Link(&s[1].Outbox, &s[2].Inbox),
			axon.Link(&s[2].Outbox, &s[3].Inbox), axon.Link(&s[3].Outbox, &s[4].Inbox), axon.Link(&s[4].Outbox, &sink.Inbox),
			axon.Link(&s[0].Failures, &s[4].Extra), axon.Link(&s[1].Failures, &s[4].Extra), axon.Link(&s[2].Failures, &s[4].Extra),
			axon.Link(&s[3].Failures, &s[4].Extra), axon.Link(&source.Signal, &s[4].Control), axon.Link(&s[4].Signal, &sink.Control),
		},
	}
}

// BenchmarkBuild is the building of a graph of 7 parts and 12 links.
func BenchmarkBuild(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if err := connection(1).Build(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLiteral is what of that is the graph as it is written down.
func BenchmarkLiteral(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if connection(1) == nil {
			b.Fatal()
		}
	}
}

// BenchmarkSpawn is the graph of a connection: built, run, with one message, and
// ended, by a part that has many of them.
func BenchmarkSpawn(b *testing.B) {
	host := single(&body{main: func(ctx context.Context, _ *body) error {
		for b.Loop() {
			r, err := axon.Spawn(ctx, connection(1))
			if err != nil {
				return err
			}
			<-r.Done()
		}
		return nil
	}})
	b.ReportAllocs()
	if err := host.Run(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkRun is the same with a System for each graph.
func BenchmarkRun(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if err := connection(1).Run(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSnapshot looks at a graph of 7 parts.
func BenchmarkSnapshot(b *testing.B) {
	g := connection(1)
	if err := g.Build(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = g.Info()
	}
}

// BenchmarkChain is a message through a chain of ten stages, and beside it the same with
// plain channels, of the same size. Kamaelia was said to make 35,000 hops a second.
func BenchmarkChain(b *testing.B) {
	const stages = 10
	report := func(b *testing.B) {
		perSecond := float64(b.N) / b.Elapsed().Seconds()
		b.ReportMetric(perSecond, "messages/s")
		b.ReportMetric(perSecond*(stages+1), "hops/s")
	}
	b.Run("components", func(b *testing.B) {
		source := &body{main: func(ctx context.Context, x *body) error {
			for b.Loop() {
				if err := x.Outbox.Send(ctx, 1); err != nil {
					return err
				}
			}
			return nil
		}}
		parts := []axon.Component{source}
		for range stages {
			parts = append(parts, &pass{})
		}
		if err := axon.Pipeline(append(parts, &body{main: drain})...).Run(context.Background()); err != nil {
			b.Fatal(err)
		}
		report(b)
	})
	b.Run("channels", func(b *testing.B) {
		first := make(chan int, axon.DefaultSize)
		last := first
		for range stages {
			from, to := last, make(chan int, axon.DefaultSize)
			go func() {
				defer close(to)
				for v := range from {
					to <- v
				}
			}()
			last = to
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range last {
			}
		}()
		for b.Loop() {
			first <- 1
		}
		close(first)
		<-done
		report(b)
	})
}
