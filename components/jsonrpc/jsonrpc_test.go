package jsonrpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/flow"
	"github.com/kamaelia-go/kamaelia/components/jsonrpc"
	"github.com/kamaelia-go/kamaelia/components/lines"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

func TestMain(m *testing.M) { axontest.Main(m) }

const ping = `{"jsonrpc":"2.0","method":"ping","id":1}`

func TestConform(t *testing.T) {
	t.Run("Server", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return newServer() }, axontest.Feed("inbox", ping, "oops", `[{"jsonrpc":"2.0","method":"fail"}]`))
	})
	t.Run("Client", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component { return &jsonrpc.Client{} },
			axontest.Feed("inbox", jsonrpc.Call{Method: "ping"}),
			axontest.Feed("answers", `{"jsonrpc":"2.0","result":1,"id":1}`, "oops"))
	})
}

type subtraction struct{ Minuend, Subtrahend int }

func newServer() *jsonrpc.Server {
	return &jsonrpc.Server{Batch: 4, Methods: map[string]jsonrpc.Method{
		"ping":     jsonrpc.Func(func(context.Context, struct{}) (any, error) { return nil, nil }),
		"subtract": jsonrpc.Func(func(_ context.Context, p [2]int) (int, error) { return p[0] - p[1], nil }),
		"named":    jsonrpc.Func(func(_ context.Context, p subtraction) (int, error) { return p.Minuend - p.Subtrahend, nil }),
		"fail":     jsonrpc.Func(func(context.Context, []int) (int, error) { return 0, errors.New("the disk is full") }),
		"NaN":      jsonrpc.Func(func(context.Context, []int) (float64, error) { return math.NaN(), nil }),
		"refuse": jsonrpc.Func(func(context.Context, []int) (int, error) {
			return 0, fmt.Errorf("no tea: %w", &jsonrpc.Error{Code: 418, Message: "I'm a teapot", Data: json.RawMessage(`{"full":true}`)})
		}),
		"mangle": jsonrpc.Func(func(context.Context, []int) (int, error) {
			return 0, &jsonrpc.Error{Code: 1, Message: "m", Data: json.RawMessage(`{`)}
		}),
	}}
}

// The first cases are the examples of section 7 of the specification.
func TestServer(t *testing.T) {
	const invalid = `{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}`
	const noMethod = `{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":%s}`
	const internal = `{"jsonrpc":"2.0","error":{"code":-32603,"message":"Internal error"},"id":%s}`
	for name, c := range map[string]struct {
		in, want, fault string
	}{
		"by position":            {`{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}`, `{"jsonrpc":"2.0","result":19,"id":1}`, ""},
		"by name":                {`{"jsonrpc": "2.0", "method": "named", "params": {"subtrahend": 23, "minuend": 42}, "id": "x"}`, `{"jsonrpc":"2.0","result":19,"id":"x"}`, ""},
		"a notification":         {`{"jsonrpc": "2.0", "method": "subtract", "params": [1, 2]}`, "", ""},
		"one of no method":       {`{"jsonrpc": "2.0", "method": "foobar"}`, "", ""},
		"no method":              {`{"jsonrpc": "2.0", "method": "foobar", "id": "1"}`, fmt.Sprintf(noMethod, `"1"`), ""},
		"no JSON":                {`{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]`, `{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}`, ""},
		"nothing":                {``, `{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}`, ""},
		"no request":             {`{"jsonrpc": "2.0", "method": 1, "params": "bar"}`, invalid, ""},
		"a batch cut off":        {`[{"jsonrpc": "2.0", "method": "ping", "id": "1"},{"jsonrpc": "2.0", "method"]`, `{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}`, ""},
		"an empty batch":         {`[]`, invalid, ""},
		"a batch of no requests": {`[1,2]`, "[" + invalid + "," + invalid + "]", ""},
		"a batch": {`[` + ping + `, {"jsonrpc":"2.0","method":"ping"}, {"foo":"boo"}, {"jsonrpc":"2.0","method":"x","id":"5"}]`,
			`[{"jsonrpc":"2.0","result":null,"id":1},` + invalid + `,` + fmt.Sprintf(noMethod, `"5"`) + `]`, ""},
		"a batch of notifications": {`[{"jsonrpc":"2.0","method":"ping"},{"jsonrpc":"2.0","method":"x"}]`, "", ""},
		"a batch too large":        {`[1,2,3,4,5]`, `{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request","data":"more than 4 calls"},"id":null}`, ""},

		"an id of null":          {`{"jsonrpc":"2.0","method":"ping","id":null}`, `{"jsonrpc":"2.0","result":null,"id":null}`, ""},
		"a large id":             {`{"jsonrpc":"2.0","method":"ping","id":12345678901234567890.5}`, `{"jsonrpc":"2.0","result":null,"id":12345678901234567890.5}`, ""},
		"an id that is an array": {`{"jsonrpc":"2.0","method":"ping","id":[]}`, invalid, ""},
		"invalid, with an id":    {`{"jsonrpc":"2.0","method":null,"id":7}`, strings.Replace(invalid, "null", "7", 1), ""},
		"another version":        {`{"jsonrpc":"1.0","method":"ping","id":7}`, strings.Replace(invalid, "null", "7", 1), ""},
		"other letters":          {`{"jsonrpc":"2.0","Method":"ping","id":7}`, strings.Replace(invalid, "null", "7", 1), ""},
		"params of null":         {`{"jsonrpc":"2.0","method":"ping","params":null,"id":7}`, strings.Replace(invalid, "null", "7", 1), ""},
		"a number":               {`5`, invalid, ""},
		"null":                   {`null`, invalid, ""},
		"other params": {`{"jsonrpc":"2.0","method":"named","params":[1],"id":7}`,
			`{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":"json: cannot unmarshal array into Go value of type jsonrpc_test.subtraction"},"id":7}`, ""},
		"an error of its own": {`{"jsonrpc":"2.0","method":"refuse","id":7}`, `{"jsonrpc":"2.0","error":{"code":418,"message":"I'm a teapot","data":{"full":true}},"id":7}`, ""},
		"that nobody hears":   {`{"jsonrpc":"2.0","method":"refuse"}`, "", `jsonrpc: "refuse": no tea: jsonrpc: error 418: I'm a teapot`},
		"another error":       {`{"jsonrpc":"2.0","method":"fail","id":7}`, fmt.Sprintf(internal, "7"), `jsonrpc: "fail": the disk is full`},
		"of a notification":   {`{"jsonrpc":"2.0","method":"fail"}`, "", `jsonrpc: "fail": the disk is full`},
		"no JSON for it":      {`{"jsonrpc":"2.0","method":"NaN","id":7}`, fmt.Sprintf(internal, "7"), `jsonrpc: "NaN": json: unsupported value: NaN`},
		"nor for its error":   {`{"jsonrpc":"2.0","method":"mangle","id":7}`, fmt.Sprintf(internal, "7"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, faults := newServer().Answer(t.Context(), c.in)
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if fault := errors.Join(faults...); (fault != nil) != (c.fault != "") || fault != nil && fault.Error() != c.fault {
				t.Errorf("fault %v, want %q", fault, c.fault)
			}
		})
	}
	if (&jsonrpc.Server{Methods: map[string]jsonrpc.Method{"x": nil}}).Validate() == nil {
		t.Error("a method that is nil")
	}
}

// What goes in comes out in order, without what needs no answer.
func TestServerBoxes(t *testing.T) {
	s := newServer()
	h := axontest.Run(t, s)
	axontest.Send(h, &s.Inbox, ping, `{"jsonrpc":"2.0","method":"fail"}`, `{"jsonrpc":"2.0","method":"subtract","params":[5,3],"id":2}`)
	h.Finish()
	want := []string{`{"jsonrpc":"2.0","result":null,"id":1}`, `{"jsonrpc":"2.0","result":2,"id":2}`}
	if got := axontest.Rest(h, &s.Outbox); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if got := axontest.Rest(h, &s.Faults); len(got) != 1 {
		t.Errorf("faults %v", got)
	}
}

func call(t *testing.T, method string, params ...int) jsonrpc.Call {
	t.Helper()
	c, err := jsonrpc.NewCall(method, params)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestClient(t *testing.T) {
	c := &jsonrpc.Client{}
	h := axontest.Run(t, c)
	axontest.Send(h, &c.Inbox, call(t, "a", 1), jsonrpc.Call{Method: "note", Notify: true}, jsonrpc.Call{Method: "b"})
	for _, want := range []string{
		`{"jsonrpc":"2.0","method":"a","params":[1],"id":1}`, `{"jsonrpc":"2.0","method":"note"}`, `{"jsonrpc":"2.0","method":"b","id":2}`,
	} {
		if got := axontest.Recv(h, &c.Requests); got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
	}
	h.Finish(&c.Inbox)
	axontest.Send(h, &c.Answers, // the other way round, with what belongs to nobody
		`{"jsonrpc":"2.0","result":[2],"id":2}`, `{"jsonrpc":"2.0","result":3,"id":3}`, `{"jsonrpc":"2.0","result":3,"id":2}`, "oops",
		`[{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null},{"jsonrpc":"2.0","error":{"code":5,"message":"no"},"id":1}]`)
	var numbers []int
	if r := axontest.Recv(h, &c.Outbox); r.Call.Method != "b" || r.Decode(&numbers) != nil || !slices.Equal(numbers, []int{2}) {
		t.Errorf("got %+v", r)
	}
	r := axontest.Recv(h, &c.Outbox)
	var told *jsonrpc.Error
	if r.Call.Method != "a" || !errors.As(r.Decode(&numbers), &told) || told.Code != 5 {
		t.Errorf("got %+v", r)
	}
	if err := h.Wait(); err != nil { // the last answer was the end
		t.Error(err)
	}
	if got := axontest.Rest(h, &c.Faults); len(got) != 4 {
		t.Errorf("faults %v", got)
	}
	if r := (&jsonrpc.Reply{Result: json.RawMessage(`"x"`)}); r.Decode(&numbers) == nil {
		t.Error("a string is no list of numbers")
	}
}

// Calls that are there together go out together.
func TestClientBatch(t *testing.T) {
	c := &jsonrpc.Client{Batch: 3}
	h := axontest.Run(t, c, axontest.Hold(&c.Requests))
	axontest.Send(h, &c.Inbox, jsonrpc.Call{Method: "first"})
	h.Settle()
	axontest.Send(h, &c.Inbox, jsonrpc.Call{Method: "held"}) // waits for room
	h.Settle()
	axontest.Send(h, &c.Inbox, jsonrpc.Call{Method: "a"}, jsonrpc.Call{Method: "b", Params: json.RawMessage("5")}, jsonrpc.Call{Method: "c", Notify: true}, jsonrpc.Call{Method: "d"})
	axontest.Recv(h, &c.Requests)
	axontest.Recv(h, &c.Requests)
	if got, want := axontest.Recv(h, &c.Requests), `[{"jsonrpc":"2.0","method":"a","id":3},{"jsonrpc":"2.0","method":"c"}]`; got != want {
		t.Errorf("sent %s, want %s", got, want)
	}
	if r := axontest.Recv(h, &c.Outbox); r.Err == nil || r.Call.Method != "b" {
		t.Errorf("got %+v, want what is wrong with b", r)
	}
	h.Shutdown()
}

func TestClientGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &jsonrpc.Client{Patience: time.Minute}
		h := axontest.Run(t, c)
		began := time.Now()
		axontest.Send(h, &c.Inbox, jsonrpc.Call{Method: "slow"})
		time.Sleep(30 * time.Second)
		axontest.Send(h, &c.Inbox, jsonrpc.Call{Method: "slower"})
		for _, after := range []time.Duration{60, 90} {
			if r := axontest.Recv(h, &c.Outbox); !errors.Is(r.Err, jsonrpc.ErrNoAnswer) || time.Since(began) != after*time.Second {
				t.Errorf("%v after %v", r.Err, time.Since(began))
			}
		}
		axontest.Send(h, &c.Inbox, jsonrpc.Call{Method: "last"})
		h.Settle()
		h.Finish(&c.Answers)
		if r := axontest.Recv(h, &c.Outbox); !errors.Is(r.Err, jsonrpc.ErrNoAnswer) || !strings.Contains(r.Err.Error(), "hung up") {
			t.Errorf("got %+v", r)
		}
		if err := h.Wait(); err != nil {
			t.Error(err)
		}
	})
}

// No more calls are under way than answers have room.
func TestClientIsBounded(t *testing.T) {
	c := &jsonrpc.Client{}
	h := axontest.Run(t, c)
	go func() {
		for range 300 {
			axontest.Send(h, &c.Inbox, jsonrpc.Call{Method: "x"})
		}
	}()
	for range 256 {
		axontest.Recv(h, &c.Requests)
	}
	h.Settle()
	if got, ok := axontest.Try(h, &c.Requests); ok {
		t.Errorf("one more is under way: %s", got)
	}
	for id := 1; id <= 300; id++ {
		axontest.Send(h, &c.Answers, fmt.Sprintf(`{"jsonrpc":"2.0","result":1,"id":%d}`, id))
		axontest.Recv(h, &c.Outbox)
		if id <= 44 {
			axontest.Recv(h, &c.Requests)
		}
	}
	h.Finish()
}

func newCalculator() *sockets.Server {
	methods := map[string]jsonrpc.Method{"sum": jsonrpc.Func(sum)}
	return &sockets.Server{Address: "127.0.0.1:0", Protocol: func(*sockets.Peer) (axon.Component, error) {
		return lines.Protocol(&jsonrpc.Server{Methods: methods}), nil
	}}
}

func sum(_ context.Context, numbers []int) (total int, err error) {
	for _, n := range numbers {
		total += n
	}
	return total, nil
}

// A client asks a server by a socket, and the calls go out and come back in any number.
func TestBothEnds(t *testing.T) {
	for _, batch := range []int{0, 50} {
		server, err := sockets.NewServer(*newCalculator())
		if err != nil {
			t.Fatal(err)
		}
		var sys axon.System
		t.Cleanup(sys.Close)
		if _, err := sys.Start(t.Context(), axon.Pipeline(server)); err != nil {
			t.Fatal(err)
		}
		var calls []jsonrpc.Call
		for i := range 1000 {
			calls = append(calls, call(t, "sum", i, 1))
		}
		src, client, sink := ends.Data(calls...), &jsonrpc.Client{Batch: batch}, &ends.DataSink[jsonrpc.Reply]{}
		if err := asking(server.Addr().String(), src, client, sink).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(sink.Items()) != len(calls) {
			t.Fatalf("%d replies", len(sink.Items()))
		}
		for i, r := range sink.Items() {
			var n int
			if err := r.Decode(&n); err != nil || n != i+1 {
				t.Fatalf("call %d: %d, %v", i, n, err)
			}
		}
	}
}

// asking wires a client to a server.
func asking(server string, src *ends.DataSource[jsonrpc.Call], client *jsonrpc.Client, sink axon.Component) *axon.Graph {
	tcp, split, join := sockets.TCPClient(sockets.Target{Address: server}), &lines.LineSplit{}, &lines.LineJoin{}
	return &axon.Graph{
		Name: "asking",
		Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "CLIENT", Component: client}, {Name: "JOIN", Component: join},
			{Name: "TCP", Component: tcp}, {Name: "SPLIT", Component: split}, {Name: "SINK", Component: sink}},
		Links: axon.Links{
			axon.Link(&src.Outbox, &client.Inbox),
			axon.Link(&client.Requests, &join.Inbox),
			axon.Link(&join.Outbox, &tcp.Inbox),
			axon.Link(&tcp.Outbox, &split.Inbox),
			axon.Back(&split.Outbox, &client.Answers),
			axon.Link(&client.Outbox, axon.InboxOf[jsonrpc.Reply](sink, "inbox")),
		},
	}
}

// FuzzServer holds that whatever comes has one answer of valid JSON, or none, and that each
// answer in it is one by the specification.
func FuzzServer(f *testing.F) {
	f.Add(ping)
	f.Add(`[` + ping + `,{"jsonrpc":"2.0","method":"named","params":{"minuend":"x"},"id":-1.5e3},1]`)
	f.Add(`{"jsonrpc":"2.0","method":"subtract","params":[1,2],"id":"<\u2028>"}`)
	f.Fuzz(func(t *testing.T, text string) {
		answer, _ := newServer().Answer(t.Context(), text)
		if answer == "" {
			return
		}
		if strings.ContainsAny(answer, "\r\n") {
			t.Fatalf("%q has a line end", answer)
		}
		all := []json.RawMessage{json.RawMessage(answer)}
		if answer[0] == '[' {
			if err := json.Unmarshal([]byte(answer), &all); err != nil || len(all) == 0 || len(all) > 4 {
				t.Fatalf("%q: %v", answer, err)
			}
		}
		for _, one := range all {
			var m map[string]json.RawMessage
			if err := json.Unmarshal(one, &m); err != nil || len(m) != 3 || string(m["jsonrpc"]) != `"2.0"` || m["id"] == nil || (m["error"] == nil) == (m["result"] == nil) {
				t.Fatalf("%q: %v", one, err)
			}
		}
	})
}

// FuzzClient holds that whatever a server says, each call has one reply.
func FuzzClient(f *testing.F) {
	f.Add(`{"jsonrpc":"2.0","result":1,"id":1}`, `[{"jsonrpc":"2.0","error":{"code":1,"message":"x"},"id":2}]`)
	f.Add(`{"jsonrpc":"2.0","result":1,"error":null,"id":1}`, `{"jsonrpc":"2.0","error":null,"id":1}`)
	f.Fuzz(func(t *testing.T, first, second string) {
		client, answers, sink := &jsonrpc.Client{}, ends.Data(first, second), &ends.DataSink[jsonrpc.Reply]{}
		src := ends.Data(jsonrpc.Call{Method: "a"}, jsonrpc.Call{Method: "b"})
		// The answers wait for the requests.
		gate := &flow.PromptedTurnstile[string, string]{}
		g := &axon.Graph{
			Name: "fuzz",
			Parts: axon.Parts{{Name: "SRC", Component: src}, {Name: "ANSWERS", Component: answers}, {Name: "GATE", Component: gate},
				{Name: "CLIENT", Component: client}, {Name: "SINK", Component: sink}},
			Links: axon.Links{
				axon.Link(&src.Outbox, &client.Inbox),
				axon.Link(&answers.Outbox, &gate.Inbox),
				axon.Link(&client.Requests, &gate.Next),
				axon.Back(&gate.Outbox, &client.Answers),
				axon.Link(&client.Outbox, &sink.Inbox),
			},
		}
		client.Patience = time.Millisecond
		if err := g.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		var methods []string
		for _, r := range sink.Items() {
			methods = append(methods, r.Call.Method)
			if (r.Err == nil) != json.Valid(r.Result) {
				t.Fatalf("%q, %q: result %q and error %v", first, second, r.Result, r.Err)
			}
		}
		slices.Sort(methods)
		if !slices.Equal(methods, []string{"a", "b"}) {
			t.Fatalf("%q, %q: replies to %q", first, second, methods)
		}
	})
}

func run(parts ...axon.Component) {
	if err := axon.Pipeline(parts...).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
}

func ExampleServer() {
	server := &jsonrpc.Server{Methods: map[string]jsonrpc.Method{"sum": jsonrpc.Func(sum)}}
	run(ends.Data(
		`{"jsonrpc":"2.0","method":"sum","params":[1,2,3],"id":1}`,
		`{"jsonrpc":"2.0","method":"product","params":[1,2,3],"id":2}`,
	), server, &console.Echoer[string]{})
	// Output:
	// {"jsonrpc":"2.0","result":6,"id":1}
	// {"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":2}
}

func ExampleClient() {
	server, err := sockets.NewServer(*newCalculator())
	if err != nil {
		fmt.Println(err)
		return
	}
	var sys axon.System
	defer sys.Close()
	if _, err := sys.Start(context.Background(), axon.Pipeline(server)); err != nil {
		fmt.Println(err)
		return
	}
	sum, _ := jsonrpc.NewCall("sum", []int{1, 2, 3})
	show := flow.Transform(func(r jsonrpc.Reply) string { return fmt.Sprintf("%s: %s %v", r.Call.Method, r.Result, r.Err) })
	shown := axon.Pipeline(show, &console.Echoer[string]{})
	if err := asking(server.Addr().String(), ends.Data(sum, jsonrpc.Call{Method: "nothing"}), &jsonrpc.Client{}, shown).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// sum: 6 <nil>
	// nothing:  jsonrpc: error -32601: Method not found
}
