package auth_test

import (
	"context"
	"fmt"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/auth"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func ExampleBasic() {
	file, err := os.CreateTemp("", "users")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(file.Name())
	fmt.Fprintln(file, "carol:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=") // htpasswd -cs users carol: "secret"
	file.Close()
	users := &auth.Users{File: file.Name()}
	if err := users.Open(); err != nil {
		fmt.Println(err)
		return
	}
	areas, err := auth.NewAreas([]auth.Area{{Paths: []string{"/admin"}, Users: users}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ask := ends.Data(
		&http1.Request{Method: "GET", Path: "/"},
		&http1.Request{Method: "GET", Path: "/admin/", Header: http1.Header{{Name: "Authorization", Value: "Basic Y2Fyb2w6c2VjcmV0"}}},
	)
	guard := &auth.Basic{Areas: areas}
	pass := axon.Consume(func(ctx context.Context, in *axon.Inbox[*http1.Request]) error {
		for req := range in.All(ctx) {
			fmt.Printf("%s for %q\n", req.Path, req.User)
		}
		return nil
	})
	g := &axon.Graph{
		Name:  "example",
		Parts: axon.Parts{{Name: "ASK", Component: ask}, {Name: "BASIC", Component: guard}, {Name: "PASS", Component: pass}},
		Links: axon.Links{
			axon.Link(&ask.Outbox, &guard.Inbox),
			axon.Link(&guard.Outbox, &pass.Inbox),
			axon.Discard(&guard.Answers),
			axon.Discard(&guard.Failures), // 401 for all others
		},
	}
	fmt.Println(g.Run(context.Background()))
	// Output:
	// / for ""
	// /admin/ for "carol"
	// <nil>
}
