// Command bounded shows what a fast sender and a slow receiver do to each other.
//
//	COUNT ─▶ SLOW             the sender waits: nothing is lost, and it is never far ahead
//	COUNT ─▶ LOSSY ─▶ SLOW    what there is no room for is dropped: nobody waits
//
// An inbox holds as many messages as its Size says: here 2, and one more is in SLOW's hand.
// You will see
//
//	$ go run ./examples/bounded
//	waits: 100 of 100 came, and the sender was 3 ahead at most
//	lossy: 3 of 100 came, and 97 were dropped
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"sync/atomic"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

const most = 100

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, to io.Writer) error {
	came, ahead, err := flood(ctx, time.Millisecond)
	if err != nil {
		return err
	}
	fmt.Fprintf(to, "waits: %d of %d came, and the sender was %d ahead at most\n", came, most, ahead)
	came, _, err = flood(ctx, 100*time.Millisecond, &flow.LossyConnector[int]{})
	if err != nil {
		return err
	}
	fmt.Fprintf(to, "lossy: %d of %d came, and %d were dropped\n", came, most, most-came)
	return nil
}

// flood sends numbers, through what stands between, to one who pauses after each.
func flood(ctx context.Context, pause time.Duration, between ...axon.Component) (n, ahead int64, err error) {
	var came atomic.Int64
	count := axon.Produce(func(ctx context.Context, out *axon.Outbox[int]) error {
		for i := range most {
			if err := out.Send(ctx, i); err != nil { // this is where it waits
				return err
			}
			ahead = max(ahead, int64(i+1)-came.Load())
		}
		return nil
	})
	slow := axon.Consume(func(ctx context.Context, in *axon.Inbox[int]) error {
		for range in.All(ctx) {
			came.Add(1)
			select {
			case <-time.After(pause):
			case <-ctx.Done():
			}
		}
		return nil
	})
	slow.Inbox.Size = 2
	line := append([]axon.Component{count}, between...)
	err = axon.Pipeline(append(line, slow)...).Run(ctx)
	return came.Load(), ahead, err
}
