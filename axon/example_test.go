package axon_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Lines sends the lines of a text.
type Lines struct {
	axon.Base
	Text   string
	Outbox axon.Outbox[string] // the lines, in order
}

// Main implements axon.Component.
func (l *Lines) Main(ctx context.Context) error {
	for line := range strings.Lines(l.Text) {
		if err := l.Outbox.Send(ctx, strings.TrimSpace(line)); err != nil {
			return err
		}
	}
	return nil
}

// Upper turns lines into upper case.
type Upper struct {
	axon.Base
	Inbox  axon.Inbox[string]  // lines, in order
	Outbox axon.Outbox[string] // the same lines in upper case
}

// Main implements axon.Component.
func (u *Upper) Main(ctx context.Context) error {
	for line := range u.Inbox.All(ctx) {
		if line == "" {
			panic("an empty line")
		}
		if err := u.Outbox.Send(ctx, strings.ToUpper(line)); err != nil {
			return err
		}
	}
	return nil
}

// Print prints lines.
type Print struct {
	axon.Base
	Prefix string
	Inbox  axon.Inbox[string] // what it prints
}

// Main implements axon.Component.
func (p *Print) Main(ctx context.Context) error {
	for line := range p.Inbox.All(ctx) {
		fmt.Println(p.Prefix + line)
	}
	return nil
}

// A component is a struct with boxes and a Main; a pipeline links each one's
// outbox to the next one's inbox.
func ExamplePipeline() {
	err := axon.Pipeline(&Lines{Text: "one\ntwo"}, &Upper{}, &Print{}).Run(context.Background())
	fmt.Println(err)
	// Output:
	// ONE
	// TWO
	// <nil>
}

// A graph is a literal. Once it is built it can be printed: its links with their
// types.
func ExampleGraph() {
	lines, upper, print := &Lines{Text: "one\ntwo"}, &Upper{}, &Print{Prefix: "> "}
	g := &axon.Graph{
		Name: "shout",
		Parts: axon.Parts{
			{Name: "LINES", Component: lines}, {Name: "UPPER", Component: upper}, {Name: "PRINT", Component: print},
		},
		Links: axon.Links{
			axon.Link(&lines.Outbox, &upper.Inbox),
			axon.Link(&upper.Outbox, &print.Inbox),
		},
	}
	if err := g.Build(); err != nil {
		fmt.Println(err)
	}
	fmt.Print(g)
	fmt.Println(g.Run(context.Background()))
	// Output:
	// LINES.outbox -- string --> UPPER.inbox
	// UPPER.outbox -- string --> PRINT.inbox
	// > ONE
	// > TWO
	// <nil>
}

// Twice is a graph with boxes of its own. They stand for boxes of its parts.
type Twice struct {
	axon.Graph
	Inbox  axon.Inbox[string]  // lines
	Outbox axon.Outbox[string] // the lines, twice in upper case
}

// NewTwice is the blueprint of Twice.
func NewTwice() *Twice {
	first, second := &Upper{}, &Upper{}
	t := &Twice{}
	t.Graph = axon.Graph{
		Name:  "twice",
		Parts: axon.Parts{{Name: "FIRST", Component: first}, {Name: "SECOND", Component: second}},
		Links: axon.Links{
			axon.ExposeIn(&t.Inbox, &first.Inbox),
			axon.Link(&first.Outbox, &second.Inbox),
			axon.ExposeOut(&second.Outbox, &t.Outbox),
		},
	}
	return t
}

// Graphs nest: a link to a box of a graph is a link to the box that it stands for.
func ExampleExposeIn() {
	lines, twice, print := &Lines{Text: "one"}, NewTwice(), &Print{}
	g := &axon.Graph{
		Name:  "nested",
		Parts: axon.Parts{{Name: "LINES", Component: lines}, {Name: "TWICE", Component: twice}, {Name: "PRINT", Component: print}},
		Links: axon.Links{axon.Link(&lines.Outbox, &twice.Inbox), axon.Link(&twice.Outbox, &print.Inbox)},
	}
	fmt.Println(g.Run(context.Background()))
	fmt.Print(g)
	// Output:
	// ONE
	// <nil>
	// LINES.outbox       -- string --> TWICE.inbox
	// TWICE/FIRST.outbox -- string --> TWICE/SECOND.inbox
	// TWICE.outbox       -- string --> PRINT.inbox
}

// Everything that is wrong with a graph is reported at once.
func ExampleBuildError() {
	lines, upper := &Lines{}, &Upper{}
	g := &axon.Graph{
		Name:  "wrong",
		Parts: axon.Parts{{Name: "LINES", Component: lines}, {Name: "UPPER", Component: upper}, {Name: "UPPER", Component: &Upper{}}},
		Links: axon.Links{axon.Link(axon.OutboxOf[string](lines, "outbux"), &upper.Inbox)},
	}
	fmt.Println(g.Build())
	// Output:
	// axon: graph "wrong" has 2 mistakes:
	// 	part "UPPER" is there twice
	// 	link 1: *axon_test.Lines has no box "outbux"; there are control, signal, outbox
}

// Links can be made from text; mistakes come back as errors.
func ExampleGraph_LinkByName() {
	g := axon.Pipeline(&Lines{}, &Upper{}, &Print{})
	if err := g.Build(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(g.LinkByName("LINES.outbox", "PRINT.inbox"))
	fmt.Println(g.LinkByName("LINES.output", "PRINT.inbox"))
	fmt.Println(g.LinkByName("LINE.outbox", "PRINT.inbox"))
	fmt.Println(g.LinkByName("LINES.signal", "PRINT.inbox"))
	// Output:
	// axon: LINES.outbox is linked already, to UPPER.inbox: an outbox feeds one inbox
	// axon: part LINES has no box "output"; there are control, signal, outbox
	// axon: graph "pipeline" has no part "LINE"; there are LINES, UPPER, PRINT
	// axon: cannot link LINES.signal (axon.Signal) to PRINT.inbox (string)
}

// A link can be led elsewhere, also while messages flow.
func ExampleMove() {
	lines, left, right := &Lines{Text: "one"}, &Print{Prefix: "left "}, &Print{Prefix: "right "}
	g := &axon.Graph{
		Name:  "switch",
		Parts: axon.Parts{{Name: "LINES", Component: lines}, {Name: "LEFT", Component: left}, {Name: "RIGHT", Component: right}},
		Links: axon.Links{axon.Link(&lines.Outbox, &left.Inbox), axon.Shared(&right.Inbox, lines), axon.Shared(&left.Inbox, lines)},
	}
	if err := g.Build(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(axon.Move(&lines.Outbox, &right.Inbox))
	fmt.Println(g.Run(context.Background()))
	// Output:
	// <nil>
	// right one
	// <nil>
}

// Client sends a line to a service.
type Client struct {
	Outbox axon.Outbox[string] `axon:"optional"` // the line
}

// Main implements axon.Component.
func (c *Client) Main(ctx context.Context) error {
	in, err := axon.Service[string](axon.SystemOf(ctx), "printer")
	if err != nil {
		return err
	}
	if err := axon.Link(&c.Outbox, in).Make(); err != nil {
		return err
	}
	return c.Outbox.Send(ctx, "from a client")
}

// Printer is Print as a service: its inbox has no sender when it is built.
type Printer struct {
	Inbox axon.Inbox[string] `axon:"optional"` // what it prints
}

// Main implements axon.Component.
func (p *Printer) Main(ctx context.Context) error {
	for line := range p.Inbox.All(ctx) {
		fmt.Println(line)
	}
	return nil
}

// A service is an inbox that is known by a name.
func ExampleRegister() {
	var sys axon.System
	defer sys.Close()
	printer := &Printer{}
	r, err := sys.Start(context.Background(), &axon.Graph{Name: "server", Parts: axon.Parts{{Name: "PRINTER", Component: printer}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(axon.Register(&sys, "printer", &printer.Inbox), sys.Services())

	client := &axon.Graph{Name: "client", Parts: axon.Parts{{Name: "CLIENT", Component: &Client{}}}}
	fmt.Println(sys.Run(context.Background(), client))

	_ = sys.Deregister("printer") // it has no sender any more, and finishes
	<-r.Done()
	_, err = axon.Service[string](&sys, "printer")
	fmt.Println(err)
	// Unordered output:
	// <nil> [printer]
	// <nil>
	// from a client
	// axon: no such service: "printer"
}

// A part that fails is run again, as often as its policy says. The message in
// hand is lost, and nothing else.
func ExamplePolicy() {
	g := axon.Pipeline(&Lines{Text: "one\n\nthree"}, &Upper{}, &Print{})
	g.Parts[1].Policy = axon.Policy{Restarts: 3}
	fmt.Println(g.Run(context.Background()))

	err := axon.Pipeline(&Lines{Text: "\n"}, &Upper{}, &Print{}).Run(context.Background())
	var f *axon.Fault
	fmt.Println(errors.As(err, &f), f.Part, f.Panic)
	// Output:
	// ONE
	// THREE
	// <nil>
	// true UPPER an empty line
}

// A snapshot tells what a graph has done, or is doing.
func ExampleGraphInfo_WriteText() {
	g := axon.Pipeline(&Lines{Text: "one\ntwo"}, &Upper{}, &Printer{})
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	var sb strings.Builder
	_ = g.Info().WriteText(&sb)
	for line := range strings.Lines(sb.String()) {
		if !strings.Contains(line, "-->") { // the links: see the next line
			fmt.Print(line)
		}
	}
	fmt.Println(g.Info().Links[2].From, g.Info().Links[2].Sent)
	// Output:
	// ONE
	// TWO
	// graph pipeline
	//   LINES         axon_test.Lines     done
	//   UPPER         axon_test.Upper     done
	//   PRINTER       axon_test.Printer   done
	// UPPER.outbox 2
}
