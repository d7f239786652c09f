package chassis_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/chassis"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/flow"
)

func run(parts ...axon.Component) {
	if err := axon.Pipeline(parts...).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
}

func ExampleSeq() {
	name := ""
	login := axon.Func(func(ctx context.Context, in *axon.Inbox[string], out *axon.Outbox[string]) (err error) {
		if err = out.Send(ctx, "login:"); err == nil {
			name, err = in.Recv(ctx)
		}
		return err
	})
	serve := axon.Func(func(ctx context.Context, in *axon.Inbox[string], out *axon.Outbox[string]) error {
		for line := range in.All(ctx) {
			if err := out.Send(ctx, name+" says "+line); err != nil {
				return err
			}
		}
		return nil
	})
	session := &chassis.Seq[string, string]{Steps: []axon.Component{
		&ends.OneShot[string]{Message: "Welcome."}, login, serve, &ends.OneShot[string]{Message: "Good-bye."},
	}}
	run(ends.Data("ada", "hello", "so long"), session, &console.Echoer[string]{})
	// Output:
	// Welcome.
	// login:
	// ada says hello
	// ada says so long
	// Good-bye.
}

func ExampleJoinChooserToCarousel() {
	list := &flow.Chooser[string]{Items: []string{"one", "two"}, Edge: flow.Stop}
	player := &chassis.Carousel[string, int, string]{Factory: func(song string) (axon.Component, error) {
		return ends.Data(song+": begin", song+": end"), nil
	}}
	run(chassis.JoinChooserToCarousel(list, player), &console.Echoer[string]{})
	// Output:
	// one: begin
	// one: end
	// two: begin
	// two: end
}

func ExampleCarousel() {
	shout := &chassis.Carousel[string, string, string]{Factory: func(mark string) (axon.Component, error) {
		return flow.Transform(func(s string) string { return s + mark }), nil
	}}
	next, words, show := ends.Data("!"), ends.Data("hello", "there"), &console.Echoer[string]{}
	g := &axon.Graph{
		Name: "carousel",
		Parts: axon.Parts{{Name: "NEXT", Component: next}, {Name: "WORDS", Component: words},
			{Name: "SHOUT", Component: shout}, {Name: "SHOW", Component: show}},
		Links: axon.Links{
			axon.Link(&next.Outbox, &shout.Next),
			axon.Link(&words.Outbox, &shout.Inbox),
			axon.Link(&shout.Outbox, &show.Inbox),
		},
	}
	if err := g.Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// hello!
	// there!
}

func ExampleNewPar() {
	sum := 0
	add := axon.Consume(func(ctx context.Context, in *axon.Inbox[int]) error {
		for n := range in.All(ctx) {
			sum += n
		}
		return nil
	})
	run(chassis.NewPar[int](ends.Data(1, 2), ends.Data(10, 20)), add)
	fmt.Println(sum)
	// Output: 33
}

func ExampleNewTPipe() {
	loud := flow.Transform(func(s string) string { return strings.ToUpper(s) + "!" })
	shout := chassis.NewTPipe(chassis.Branch[string]{
		If:     func(s string) bool { return strings.HasPrefix(s, "fire") },
		Action: loud,
		Route:  true, Source: true,
	})
	run(ends.Data("fire in the hole"), shout, &console.Echoer[string]{})
	// Output: FIRE IN THE HOLE!
}

func ExampleWith() {
	server := flow.Transform(func(line string) string { return "ok " + line })
	ask := func(line string) axon.Component {
		return axon.Func(func(ctx context.Context, in *axon.Inbox[string], out *axon.Outbox[string]) error {
			if err := out.Send(ctx, line); err != nil {
				return err
			}
			answer, err := in.Recv(ctx)
			fmt.Println(answer)
			return err
		})
	}
	if err := chassis.With[string, string](server, ask("CONNECT"), ask("GET")).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ok CONNECT
	// ok GET
}

func ExampleTTL() {
	forever := axon.Produce(func(ctx context.Context, out *axon.Outbox[string]) error {
		if err := out.Send(ctx, "I am here"); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	})
	run(chassis.TTL(forever, 10*time.Millisecond), &console.Echoer[string]{})
	// Output: I am here
}

func ExampleNoActivity() {
	silent := axon.Produce(func(ctx context.Context, _ *axon.Outbox[string]) error { <-ctx.Done(); return nil })
	run(chassis.NoActivity(silent, 10*time.Millisecond), &ends.NullSink[string]{})
	fmt.Println("it was silent")
	// Output: it was silent
}
