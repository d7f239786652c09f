package errorlog_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/rs/zerolog"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/errorlog"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestLog_Conform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &errorlog.Log{Logger: zerolog.Nop()} },
		axontest.Feed("inbox", errors.New("disk full")))
}

// broken is a component that reports what went wrong with it.
type broken struct {
	Failures axon.Outbox[error]
}

func (b *broken) Main(ctx context.Context) error {
	return b.Failures.Send(ctx, errors.New("accept: too many open files"))
}

func ExampleLog() {
	b, log := &broken{}, &errorlog.Log{Logger: zerolog.New(os.Stdout)}
	g := &axon.Graph{
		Name:  "example",
		Parts: axon.Parts{{Name: "BROKEN", Component: b}, {Name: "ERRORLOG", Component: log}},
		Links: axon.Links{axon.Link(&b.Failures, &log.Inbox)},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"level":"warn","error":"accept: too many open files"}
}
