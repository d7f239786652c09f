package components_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
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

// kit are the folders for any program; those for HTTP have examples of the whole.
var kit = []string{
	"backplane", "bridge", "broken", "chassis", "console", "ends", "fileio", "flow", "framing", "httpclient",
	"introspect", "jsonlines", "jsonrpc", "lines", "marshal", "order", "process", "rate", "sockets", "tags", "timer", "udp",
}

// TestEachHasAnExample holds that each component of the kit has an example whose output is
// checked.
func TestEachHasAnExample(t *testing.T) {
	there := examples(t)
	seen := map[string]bool{}
	for _, e := range catalogue(t) {
		if seen[e.Package()] = true; !slices.Contains(kit, e.Package()) || e.Prefab {
			continue
		}
		name := e.Package() + ".Example" + e.Short()
		if other := shown[e.Name]; other != "" {
			name = other
		}
		if !there[name] {
			t.Errorf("%s has no %s with an output", e.Name, name)
		}
	}
	for _, folder := range kit {
		if !seen[folder] {
			t.Errorf("there is no component in %s", folder)
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
