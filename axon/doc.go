// Package axon builds programs of components that run at the same time and speak
// only through their boxes. It is Kamaelia's Axon in Go.
//
// # Words
//
// A component is a struct with boxes and a Main. An inbox receives messages of
// one type, an outbox sends them. A part is a component with a name in a graph.
// A link leads from one part's outbox to another's inbox; a graph is parts and
// links, and a component itself (Kamaelia's Graphline), and a pipeline is a graph
// in a row. Finish means: no more will come, deal with what is there and end.
// Shutdown means: end now. A signal asks for one of these, or reports it. A system
// runs graphs, supervises them, knows their services and shows what they do.
//
//	// Upper turns lines into upper case.
//	type Upper struct {
//		axon.Base // Control and Signal
//
//		Inbox  axon.Inbox[string]  // lines, in order
//		Outbox axon.Outbox[string] // the same lines in upper case
//	}
//
//	func (u *Upper) Main(ctx context.Context) error {
//		for line := range u.Inbox.All(ctx) {
//			if err := u.Outbox.Send(ctx, strings.ToUpper(line)); err != nil {
//				return err
//			}
//		}
//		return nil
//	}
//
// The zero value of a component is ready to use, its exported fields are its
// options, and its boxes are called after their fields: "inbox", "outbox".
//
//	g := &axon.Graph{
//		Name:  "shout",
//		Parts: axon.Parts{{Name: "READ", Component: read}, {Name: "UPPER", Component: upper}, {Name: "PRINT", Component: print}},
//		Links: axon.Links{
//			axon.Link(&read.Outbox, &upper.Inbox),
//			axon.Link(&upper.Outbox, &print.Inbox),
//		},
//	}
//	err := g.Run(ctx)
//
// # Links
//
// An outbox feeds one inbox; an inbox may have several senders. Every inbox is
// bounded, DefaultSize messages unless it says otherwise, and a full one blocks
// its senders. A sender to a part that has gone gets ErrGone. Links are made by
// the graph's Links when it is built, later by Link(...).Make or LinkByName; Move
// leads a link elsewhere while messages flow, and none is lost or doubled.
//
// Pipeline links components in a row, CircularPipeline in a ring. Func, Produce and
// Consume make a component of a function.
//
// Build reports every mistake of a graph at once. A box without a link is one,
// unless its field has the tag `axon:"optional"` or the graph says Discard or
// NoInput; the tag `axon:"size=4"` sets an inbox's size.
//
// # Lives and ends
//
//   - Only the runtime starts the goroutines of parts: one each, when the graph
//     is run; a lazy part's with its first message. They bear the profiler's
//     labels "graph" and "part".
//   - Only the runtime closes boxes. When a Main returns, its outboxes have
//     finished. An inbox has finished when its last sender has and its last
//     message is out, and so a finish travels down the links behind the last
//     message.
//   - A shutdown ends the contexts of all parts; Recv and Send return the cause.
//     What is in the boxes then stays there, and is counted.
//   - Run returns when every part has returned, those of nested and spawned
//     graphs too, or was given up System.Grace after a shutdown. Nothing is left.
//   - The first failure that a policy escalates ends the graph, and is what Run
//     returns, as a *Fault; then a part that was given up; then the cause of the
//     shutdown. What a Main returns after the shutdown is no failure.
//   - A graph runs once. A blueprint is a function that returns a graph.
//
// # Failures
//
// An error of Main, or a panic, goes to the supervisor with the part, the graph
// and the stack, and the part's Policy says what follows: Main is run again, after
// a pause; the part ends; or the graph does, and the policy of the part that the
// graph is, is asked. Boxes keep what they hold; the message in hand is lost, and
// a Loser is told. The zero Policy ends the graph.
//
// # More
//
// Register and Service know inboxes by name. System.Snapshot tells what every
// part, box and link does, as values, text, DOT, Mermaid or JSON; System.Watch
// tells of starts, ends, failures and links; Outbox.Tap listens to a link. Package
// axontest tests a component at its ends. README.md has the reasons for all this.
package axon
