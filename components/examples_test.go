package components_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// shown are components whose example bears another name: that of the function that makes
// them, or the folder's own.
var shown = map[string]string{
	"backplane.Backplane":     "backplane.Example",
	"backplane.PublishTo":     "backplane.Example",
	"backplane.SubscribeTo":   "backplane.Example",
	"broken.Network":          "broken.Example",
	"chassis.Bounded":         "chassis.ExampleTTL",
	"chassis.Par":             "chassis.ExampleNewPar",
	"chassis.Playlist":        "chassis.ExampleJoinChooserToCarousel",
	"chassis.TPipe":           "chassis.ExampleNewTPipe",
	"ends.DataSource":         "ends.ExampleData",
	"httpclient.Client":       "httpclient.ExampleSingleShot",
	"introspect.Introspector": "introspect.Example",
	"process.Process":         "process.Example",
	"rate.Limit":              "rate.Example",
	"tags.Wrapper":            "tags.ExampleTagAndFilterWrapper",
	"sockets.Connection":      "sockets.Example",
	"sockets.ServerCore":      "sockets.Example",
	"udp.Peer":                "udp.Example",
}

// notAlone are components that make sense only with others around them, each with what shows
// them: an example of the whole, or what there is instead.
var notAlone = map[string]string{
	"beside.Runner":     "the runner's test: it is the pipelines' own",
	"cgi.Handler":       "cgi.Example",
	"compress.Tags":     "compress.Example",
	"errorpages.Pages":  "errorpages.ExampleNewBook",
	"gateway.Handler":   "the program site in the cookbook's config: it needs a program that answers",
	"http1.Hosts":       "the pipelines' tests of hosts: it builds sites of them",
	"http1.Refusal":     "the pipelines' test of refusals: it needs a socket",
	"http2.Preface":     "http2.ExampleSession",
	"httpcache.Keeper":  "httpcache.Example",
	"httpcache.Lookup":  "httpcache.Example",
	"listing.Lister":    "listing.Example",
	"nethttp.Pool":      "nethttp.ExampleGraph_wiring",
	"nethttp.Sink":      "nethttp.ExampleGraph",
	"nethttp.Source":    "nethttp.ExampleGraph",
	"overview.Page":     "kamaelia serve --admin: it shows a whole system",
	"profiles.Profiles": "kamaelia serve --admin: it shows a whole program",
	"proxy.Check":       "the proxy's tests: it needs a server to ask",
	"proxy.Handler":     "the proxy's tests: it needs a server to ask",
	"secure.Handshake":  "the pipelines' test of TLS: it needs a socket",
	"secure.Keeper":     "secure.ExampleCertificates",
	"wsgi.Handler":      "the program wsgi: it needs Python",
}

// TestEachHasAnExample holds that each component has an example whose output is checked, or
// stands in the list of those that can not be shown alone.
func TestEachHasAnExample(t *testing.T) {
	there := examples(t)
	seen := map[string]bool{}
	for _, e := range catalogue(t) {
		if seen[e.Name] = true; e.Prefab {
			continue
		}
		name := e.Package() + ".Example" + e.Short()
		if other := shown[e.Name]; other != "" {
			name = other
		}
		switch why, alone := notAlone[e.Name], there[name]; {
		case why == "" && !alone:
			t.Errorf("%s has no %s with an output", e.Name, name)
		case why != "" && alone:
			t.Errorf("%s has %s, and is said to have none", e.Name, name)
		case strings.Contains(why, ".Example") && !there[why]:
			t.Errorf("%s: there is no %s", e.Name, why)
		}
	}
	for _, list := range []map[string]string{shown, notAlone} {
		for name := range list {
			if !seen[name] {
				t.Errorf("there is no component %s", name)
			}
		}
	}
}

// examples lists the examples with an output.
func examples(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range tree.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Example") {
				continue
			}
			for _, c := range tree.Comments {
				if f.Pos() < c.Pos() && c.End() < f.End() && strings.Contains(strings.ToLower(c.Text()), "output:") {
					all[filepath.Base(filepath.Dir(file))+"."+f.Name.Name] = true
				}
			}
		}
	}
	return all
}
