package wsgi

import (
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/process"
)

// opened returns an App whose workers do not run: each request is a failure at once.
func opened(t *testing.T) *App {
	app := &App{Dir: ".", Module: "none", Python: Interpreter(t)}
	if err := app.Open(); err != nil {
		t.Fatal(err)
	}
	app.pool.end()
	return app
}

func TestHandler_Conform(t *testing.T) {
	app := opened(t)
	axontest.Conform(t, func() axon.Component { return &Handler{App: app} },
		axontest.FeedFunc("inbox", func() []*http1.Request { return []*http1.Request{request("GET /")} }))
}

// TestHandler_Waits is shut down while its request waits for a worker.
func TestHandler_Waits(t *testing.T) {
	app := &App{Dir: ".", Module: "none", Python: Interpreter(t)}
	if err := app.Open(); err != nil {
		t.Fatal(err)
	}
	h := &Handler{App: app}
	run := axontest.Run(t, h)
	axontest.Send(run, &h.Inbox, request("GET /"))
	run.Shutdown()
	_ = run.Wait()
}

func TestParts_Conform(t *testing.T) {
	app := opened(t)
	axontest.Conform(t, func() axon.Component { return &lines{app: app} },
		axontest.Feed("inbox", []byte("\x00name\x00a line\nanother"), []byte(" one\n")))
	axontest.Conform(t, func() axon.Component { return &source{program: app.program()} })
	axontest.Conform(t, func() axon.Component { return &watch{app: app} }, axontest.RealTime())
	axontest.Conform(t, func() axon.Component {
		r := &run{app: app, queue: &queue{}, ready: newEvent(), stale: newEvent(), retired: true, buried: true}
		ours, theirs, err := socketPair()
		if err != nil {
			t.Skip(err)
		}
		_ = theirs.Close()
		if r.control, err = newLink(ours); err != nil {
			t.Fatal(err)
		}
		if r.queue, theirs, err = newQueue(); err != nil {
			t.Fatal(err)
		}
		_ = theirs.Close()
		return &ending{run: r}
	}, axontest.Feed("inbox", &process.Exit{}), axontest.RealTime())
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		name string
		app  App
	}{
		{"no directory", App{Module: "a"}},
		{"no module", App{Dir: "."}},
		{"a path for a module", App{Dir: ".", Module: "a/b"}},
		{"two dots", App{Dir: ".", Module: "a..b"}},
		{"a bad callable", App{Dir: ".", Module: "a", Callable: "b c"}},
		{"negative", App{Dir: ".", Module: "a", Workers: -1}},
		{"a bad variable", App{Dir: ".", Module: "a", Env: []string{"A"}}},
	} {
		if c.app.Validate() == nil {
			t.Errorf("%s: is taken", c.name)
		}
	}
	app := App{Dir: "nowhere", Module: "a", Python: Interpreter(t)}
	if app.Open() == nil {
		t.Error("a directory that is not there is taken")
	}
	if (&Handler{}).Validate() == nil || (&Handler{App: &App{}}).Validate() == nil {
		t.Error("a Handler without an open App is taken")
	}
}
