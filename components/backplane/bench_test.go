package backplane_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/backplane"
)

// inUse is how many bytes the heap and the stacks have.
func inUse() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapInuse + m.StackInuse)
}

// BenchmarkBackplane is one publisher and 1,000 subscribers, each a part of its own. A message
// is published when all have got the one before it. It tells the messages delivered in a second, the time until one is
// delivered in 99 of 100 cases, and the memory of a subscriber.
func BenchmarkBackplane(b *testing.B) {
	const subscribers = 1000
	plane := backplane.New[time.Time]("BENCH")
	before, memory := inUse(), 0.0
	var got sync.WaitGroup
	took := make([][]time.Duration, subscribers)
	g := &axon.Graph{Name: "bench", Parts: axon.Parts{{Name: "PLANE", Component: plane}}}
	for i := range subscribers {
		sub := &backplane.SubscribeTo[time.Time]{Name: "BENCH", Wait: time.Minute}
		hear := axon.Consume(func(ctx context.Context, in *axon.Inbox[time.Time]) error {
			for at := range in.All(ctx) {
				if took[i] = append(took[i], time.Since(at)); len(took[i]) == 1000 {
					took[i] = took[i][:0] // the last ones are enough
				}
				got.Done()
			}
			return nil
		})
		g.Parts = append(g.Parts, axon.Part{Name: fmt.Sprintf("SUBSCRIBER%d", i), Component: axon.Pipeline(sub, hear)})
	}
	publish := axon.Produce(func(ctx context.Context, out *axon.Outbox[time.Time]) error {
		for plane.Subscribers() < subscribers {
			runtime.Gosched()
		}
		memory = (inUse() - before) / subscribers
		for b.Loop() {
			got.Add(subscribers)
			if err := out.Send(ctx, time.Now()); err != nil {
				return err
			}
			got.Wait()
		}
		return nil
	})
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	g.Parts = append(g.Parts, axon.Part{Name: "PUBLISH", Component: axon.Pipeline(publish, &backplane.PublishTo[time.Time]{Name: "BENCH", Wait: time.Minute}, axon.Consume(func(ctx context.Context, in *axon.Inbox[time.Time]) error {
		for range in.All(ctx) {
		}
		stop() // the publisher has ended
		return nil
	}))})
	if err := g.Run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		b.Fatal(err)
	}
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(memory, "B/subscriber")
	b.ReportMetric(float64(b.N)*subscribers/b.Elapsed().Seconds(), "deliveries/s")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "us-at-99%")
}
