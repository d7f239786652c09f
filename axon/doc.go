// Package axon builds programs from components that run concurrently and communicate
// only through their boxes. It is Kamaelia's Axon in Go.
//
// # Words
//
// A component is a struct with boxes and a Main method. An inbox receives messages
// of one type, an outbox sends them. A part is a component with a name in a graph.
// A link leads from one part's outbox to another's inbox. A graph consists of parts
// and links, and is a component itself (Kamaelia's Graphline); a pipeline is a graph
// whose parts stand in a row. Finish means: no more will come, deal with what is
// there and end. Shutdown means: end now. A signal asks for one of these, or reports
// it. A system runs graphs, supervises them, knows their services and shows what
// they are doing.
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
// options, and its boxes are named after their fields: "inbox", "outbox".
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
// bounded, by DefaultSize messages unless it says otherwise, and a full one blocks
// its senders. Sending to a part that has ended gives ErrGone. The graph's Links are
// made when it is built; later ones by Link(...).Make or LinkByName. Move leads a
// link elsewhere while messages flow, and none is lost or duplicated.
//
// Pipeline links components in a row, CircularPipeline in a ring. Func, Produce and
// Consume turn a function into a component.
//
// Build reports every mistake of a graph at once. A box without a link is one,
// unless its field has the tag `axon:"optional"` or the graph says Discard or
// NoInput; the tag `axon:"size=4"` sets an inbox's size.
//
// # Lives and ends
//
//   - Only the runtime starts the goroutines of parts: one each, when the graph
//     is run, or for a lazy part with its first message. They carry the profiler
//     labels "graph" and "part".
//   - Only the runtime closes boxes. When a Main returns, its outboxes have
//     finished. An inbox has finished when its last sender has, and its last
//     message has been taken; so a finish travels down the links behind the last
//     message.
//   - A shutdown ends the contexts of all parts; Recv and Send return the cause.
//     What is in the boxes then stays there, and is counted.
//   - Run returns when every part has returned, those of nested and spawned
//     graphs too, or was given up System.Grace after a shutdown.
//   - The first failure that a policy escalates ends the graph, and is what Run
//     returns, as a *Fault. If there was none, Run returns the error of a part
//     that was given up, or else the cause of the shutdown. What a Main returns
//     after the shutdown is not a failure.
//   - A graph runs once. A blueprint is a function that returns a graph.
//
// # Failures
//
// An error of Main, or a panic, goes to the supervisor with the part, the graph
// and the stack, and the part's Policy decides: Main is run again, after a pause;
// or the part ends; or the graph ends, and if that is a part itself, its policy
// decides in turn. Boxes keep what they hold; the message in hand is lost, and a
// Loser is told. The zero Policy ends the graph.
//
// # More
//
// Register and Service find inboxes by name. System.Snapshot shows what every
// part, box and link is doing, as values, text, DOT, Mermaid or JSON; System.Watch
// reports starts, ends, failures and links; Outbox.Tap listens to a link. Package
// axontest tests a component in isolation. README.md has the reasons for all this.
package axon
