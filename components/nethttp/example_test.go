package nethttp_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/nethttp"
	"github.com/kamaelia-go/kamaelia/components/tcp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// A http.ServeMux answers below "/" in every connection's graph.
func ExampleHandler() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello %s\n", r.PathValue("name"))
	})
	server := &pipelines.Server{Mounts: []pipelines.Mount{{Path: "/", Name: "APP", Handler: func() http1.HandlerPart {
		return &nethttp.Handler{HTTP: mux}
	}}}}

	socket, err := tcp.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	graph := &axon.Graph{Name: "server", Parts: axon.Parts{{Name: "LISTENER", Component: server.Listener(socket)}}}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	over := make(chan error)
	go func() { over <- graph.Run(ctx) }()

	resp, err := http.Get("http://" + socket.Addr().String() + "/hello/graph")
	if err != nil {
		fmt.Println(err)
		return
	}
	io.Copy(printer{}, resp.Body)
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	stop()
	<-over
	// Output:
	// hello graph
}

// A graph of parts answers net/http's own server.
func ExampleGraph() {
	app := &pipelines.Server{Mounts: []pipelines.Mount{{Path: "/", Name: "HELLO", Handler: func() http1.HandlerPart {
		return &http1.HandlerFunc{Func: func(_ context.Context, req *http1.Request) (*http1.Response, error) {
			return http1.Text(req, 200, "hello "+req.Path[1:]+"\n"), nil
		}}
	}}}}
	graph := &nethttp.Graph{Application: app.Application}
	defer graph.Close()
	mux := http.NewServeMux()
	mux.Handle("/app/", http.StripPrefix("/app", graph))

	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, httptest.NewRequest("GET", "/app/you", nil))
	fmt.Print(answer.Body)
	// Output:
	// hello you
}

// The wiring of an application.
func ExampleGraph_wiring() {
	app := &pipelines.Server{Mounts: []pipelines.Mount{{Path: "/", Name: "APP", Handler: func() http1.HandlerPart {
		return &nethttp.Handler{HTTP: http.NotFoundHandler()}
	}}}}
	g := app.Application(&nethttp.Source{}, &nethttp.Sink{})
	if err := g.Build(); err != nil {
		fmt.Println(err)
	}
	fmt.Print(g)
	// Output:
	// SOURCE.outbox    -- *http1.Request -->  ROUTER.inbox
	// SOURCE.failures  -- *http1.Failure -->  GUARD.inbox
	// ROUTER.routes[/] -- *http1.Request -->  APP.inbox
	// ROUTER.outbox    -- *http1.Response --> SINK.inbox
	// ROUTER.failures  -- *http1.Failure -->  GUARD.inbox
	// GUARD.failures   -- *http1.Failure -->  ERRORS.inbox
	// GUARD.outbox     -- *http1.Response --> SINK.inbox
	// ERRORS.outbox    -- *http1.Response --> GUARD.answers
	// SINK.failures    -- *http1.Failure -->  GUARD.inbox
	// APP.outbox       -- *http1.Response --> SINK.inbox
	// APP.failures     -- *http1.Failure -->  GUARD.inbox
}

// printer prints what is written to it.
type printer struct{}

func (printer) Write(p []byte) (int, error) { return fmt.Print(string(p)) }
