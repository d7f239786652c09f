// Command endings shows the three ways in which a graph comes to its end.
//
//	SOURCE ─▶ STAGE ─▶ SINK               finish: what was sent arrives, then they end in a row
//
//	KEEPER ── orders ──────┐
//	  └─ done ─▶ SOURCE ─▶ STAGE ─▶ SINK  keeper: it is told in SOURCE's place, and decides when
//
//	SOURCE ─▶ STAGE ─▶ SINK               failure: SINK fails, and the others are shut down
//
// SOURCE sends 1, 2, 3 and would wait for ever. You will see
//
//	$ go run ./examples/endings
//	finish:  SINK got [1 2 3]; SOURCE told, STAGE finished, SINK finished
//	keeper:  SINK got [1 2 3 99]; SOURCE told, STAGE finished, SINK finished
//	failure: SINK got [1 2]; SOURCE told, STAGE shut down, SINK failed
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, to io.Writer) error {
	var sys axon.System
	defer sys.Close()
	for _, name := range []string{"finish", "keeper", "failure"} {
		source, stage, sink := &Source{Most: 3}, &Stage{}, &Stage{Came: make(chan int, 3)}
		g := &axon.Graph{
			Name:  name,
			Parts: axon.Parts{{Name: "SOURCE", Component: source}, {Name: "STAGE", Component: stage}, {Name: "SINK", Component: sink}},
			Links: axon.Links{axon.Link(&source.Outbox, &stage.Inbox), axon.Link(&stage.Outbox, &sink.Inbox), axon.Discard(&sink.Outbox)},
		}
		switch name {
		case "keeper":
			keeper := NewKeeper()
			g.Parts = append(g.Parts, axon.Part{Name: "KEEPER", Component: keeper})
			g.Links = append(g.Links, axon.Link(&keeper.Orders, &stage.Inbox), axon.Link(&keeper.Done, &source.Control))
		case "failure":
			sink.Bad = 3
		}
		running, err := sys.Start(ctx, g)
		if err != nil {
			return err
		}
		for range 3 { // all are at work
			<-sink.Came
		}
		if name != "failure" {
			running.Finish()
		}
		if err := running.Wait(ctx); err != nil && !errors.Is(err, errBad) {
			return err
		}
		fmt.Fprintf(to, "%-8s SINK got %v; SOURCE %s, STAGE %s, SINK %s\n", name+":", sink.got, source.end, stage.end, sink.end)
	}
	return nil
}
