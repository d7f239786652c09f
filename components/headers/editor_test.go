package headers_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/headers"
	"github.com/kamaelia-go/kamaelia/components/http1"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func field(name, value string) http1.Field { return http1.Field{Name: name, Value: value} }

// rendered is as a file's Reader fills it.
const rendered = "Content-Type: text/html\r\nETag: \"1\"\r\nVary: a\r\nVary: b\r\n"

func answer(path string) *http1.Response {
	return &http1.Response{
		Request: &http1.Request{Method: "GET", Path: path}, Status: 200, Rendered: []byte(rendered),
		Header: http1.Header{field("X-Own", "1")}, Bytes: []byte("a"),
	}
}

func table(t testing.TB, rules ...headers.Rule) *headers.Table {
	t.Helper()
	made, err := headers.NewTable(rules)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestEditor_Conform(t *testing.T) {
	rules := table(t, headers.Rule{Set: http1.Header{field("Vary", "c")}})
	axontest.Conform(t, func() axon.Component { return &headers.Editor{Table: rules} },
		axontest.FeedFunc("inbox", func() []*http1.Response { return []*http1.Response{answer("/"), answer("/a")} }))
}

func TestEditor(t *testing.T) {
	for name, tc := range map[string]struct {
		rules []headers.Rule
		want  []string // what differs, beside the same lines: the whole head
	}{
		"no rule fits": {
			[]headers.Rule{{Paths: []string{"/other"}, Remove: []string{"ETag"}}},
			[]string{"Content-Type: text/html", `ETag: "1"`, "Vary: a", "Vary: b", "X-Own: 1"},
		},
		"set a new one": {
			[]headers.Rule{{Set: http1.Header{field("X-Frame-Options", "DENY")}}},
			[]string{"Content-Type: text/html", `ETag: "1"`, "Vary: a", "Vary: b", "X-Own: 1", "X-Frame-Options: DENY"},
		},
		"set one that was rendered": {
			[]headers.Rule{{Set: http1.Header{field("content-type", "text/plain")}}},
			[]string{"Content-Type: text/plain", `ETag: "1"`, "Vary: a", "Vary: b", "X-Own: 1"},
		},
		"set one that is there twice": {
			[]headers.Rule{{Set: http1.Header{field("Vary", "c")}}},
			[]string{"Content-Type: text/html", `ETag: "1"`, "Vary: c", "X-Own: 1"},
		},
		"set one of the handler's": {
			[]headers.Rule{{Set: http1.Header{field("X-Own", "2")}}},
			[]string{"Content-Type: text/html", `ETag: "1"`, "Vary: a", "Vary: b", "X-Own: 2"},
		},
		"add": {
			[]headers.Rule{{Add: http1.Header{field("Vary", "c"), field("Vary", "d")}}},
			[]string{"Content-Type: text/html", `ETag: "1"`, "Vary: a", "Vary: b", "X-Own: 1", "Vary: c", "Vary: d"},
		},
		"remove": {
			[]headers.Rule{{Remove: []string{"etag", "X-Own", "X-None"}}},
			[]string{"Content-Type: text/html", "Vary: a", "Vary: b"},
		},
		"all that fit, in order": {
			[]headers.Rule{
				{Paths: []string{"*.html", "*.css"}, Set: http1.Header{field("A", "1")}},
				{Paths: []string{"*.css"}, Set: http1.Header{field("A", "2")}},
				{Paths: []string{"/dir/**"}, Set: http1.Header{field("A", "3")}, Add: http1.Header{field("A", "4")}, Remove: []string{"Vary"}},
			},
			[]string{"Content-Type: text/html", `ETag: "1"`, "X-Own: 1", "A: 3", "A: 4"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := &headers.Editor{Table: table(t, tc.rules...)}
			h := axontest.Run(t, e)
			for range 2 {
				resp := answer("/dir/a.html")
				shared := resp.Rendered
				axontest.Send(h, &e.Inbox, resp)
				var got []string
				for f := range axontest.Recv(h, &e.Outbox).Fields() {
					got = append(got, f.Name+": "+f.Value)
				}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Error(diff)
				}
				if string(shared) != rendered {
					t.Errorf("shared bytes were changed: %q", shared)
				}
			}
		})
	}
}

// The Editor remembers for which path its rules were looked up.
func TestEditor_Paths(t *testing.T) {
	e := &headers.Editor{Table: table(t, headers.Rule{Paths: []string{"/a*"}, Set: http1.Header{field("A", "1")}})}
	h := axontest.Run(t, e)
	for i, path := range []string{"/b", "/b", "/a", "/a", "/b", "/ab", ""} {
		axontest.Send(h, &e.Inbox, answer(path))
		if got := axontest.Recv(h, &e.Outbox).Field("A") == "1"; got != strings.HasPrefix(path, "/a") {
			t.Errorf("%d, %s: %v", i, path, got)
		}
	}
}

// Whatever the rules, a field that is removed is gone, one that is set is there
// once, and no other changes.
func TestEditor_Any(t *testing.T) {
	name := rapid.SampledFrom([]string{"Content-Type", "etag", "VARY", "X-Own", "New"})
	rapid.Check(t, func(t *rapid.T) {
		remove, set := name.Draw(t, "remove"), name.Draw(t, "set")
		made, err := headers.NewTable([]headers.Rule{{Remove: []string{remove}, Set: http1.Header{field(set, "s")}}})
		if err != nil {
			t.Fatal(err)
		}
		e := &headers.Editor{Table: made}
		resp := answer("/")
		before := map[string][]string{}
		for f := range answer("/").Fields() {
			before[strings.ToLower(f.Name)] = append(before[strings.ToLower(f.Name)], f.Value)
		}
		delete(before, strings.ToLower(remove))
		before[strings.ToLower(set)] = []string{"s"}
		after := map[string][]string{}
		edit(t, e, resp)
		for f := range resp.Fields() {
			after[strings.ToLower(f.Name)] = append(after[strings.ToLower(f.Name)], f.Value)
		}
		if diff := cmp.Diff(before, after); diff != "" {
			t.Fatal(diff)
		}
	})
}

// edit passes a response through an Editor.
func edit(t *rapid.T, e *headers.Editor, resp *http1.Response) {
	source := &one{resp: resp}
	sink := &none{}
	g := &axon.Graph{
		Name:  "edit",
		Parts: axon.Parts{{Name: "ONE", Component: source}, {Name: "EDIT", Component: e}, {Name: "NONE", Component: sink}},
		Links: axon.Links{axon.Link(&source.Outbox, &e.Inbox), axon.Link(&e.Outbox, &sink.Inbox), axon.Discard(&e.Failures)},
	}
	if err := g.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
}

type one struct {
	resp   *http1.Response
	Outbox axon.Outbox[*http1.Response]
}

func (o *one) Main(ctx context.Context) error { return o.Outbox.Send(ctx, o.resp) }

type none struct{ Inbox axon.Inbox[*http1.Response] }

func (n *none) Main(ctx context.Context) error {
	for range n.Inbox.All(ctx) {
	}
	return nil
}

func TestNewTable_Mistakes(t *testing.T) {
	for name, tc := range map[string]struct {
		rule headers.Rule
		want string
	}{
		"nothing":         {headers.Rule{Paths: []string{"/a"}}, "it changes nothing"},
		"pattern":         {headers.Rule{Paths: []string{"a/b"}, Remove: []string{"A"}}, `path "a/b": one with a slash begins with a slash`},
		"name":            {headers.Rule{Set: http1.Header{field("a b", "c")}}, `field name "a b" is not a token`},
		"no name":         {headers.Rule{Remove: []string{""}}, "a field without a name"},
		"line end":        {headers.Rule{Add: http1.Header{field("a", "b\r\nc: d")}}, "control character"},
		"framing":         {headers.Rule{Set: http1.Header{field("content-length", "1")}}, "content-length is the server's own business"},
		"framing removed": {headers.Rule{Remove: []string{"Date"}}, "Date is the server's own business"},
	} {
		_, err := headers.NewTable([]headers.Rule{{Remove: []string{"A"}}, tc.rule})
		var at *headers.RuleError
		if !errors.As(err, &at) || at.Index != 1 || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %s", name, err, tc.want)
		}
	}
	if (&headers.Editor{}).Validate() == nil {
		t.Error("an Editor without a Table is taken")
	}
}

func BenchmarkEditor(b *testing.B) {
	for name, rule := range map[string]headers.Rule{
		"no rule fits":   {Paths: []string{"/other/**"}, Remove: []string{"ETag"}},
		"a field more":   {Set: http1.Header{field("X-Frame-Options", "DENY")}},
		"one that is in": {Set: http1.Header{field("Content-Type", "text/plain")}},
	} {
		b.Run(name, func(b *testing.B) {
			e := &headers.Editor{Table: table(b, rule)}
			resps := &http1.Response{Request: &http1.Request{Path: "/a.html"}, Rendered: []byte(rendered)}
			b.ReportAllocs()
			for b.Loop() {
				resp := *resps
				headers.Edit(e, &resp)
			}
		})
	}
}

func ExampleNewTable() {
	_, err := headers.NewTable([]headers.Rule{{
		Paths: []string{"*.html"},
		Set:   http1.Header{{Name: "X-Frame-Options", Value: "DENY"}, {Name: "Connection", Value: "close"}},
	}})
	fmt.Println(err)
	// Output: headers: rule 1: Connection is the server's own business
}
