package components_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

var update = flag.Bool("update", false, "write the catalogue into README.md")

func TestMain(m *testing.M) { axontest.Main(m) }

// The catalogue stands between these lines of README.md.
const begin, end = "<!-- catalogue, written by go test ./components -update -->\n", "<!-- end of the catalogue -->"

// TestCatalogue holds that README.md lists every component with the boxes that
// it has in the code, and with the first sentence of its comment.
func TestCatalogue(t *testing.T) {
	want := catalogue(t)
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(readme), begin)
	got, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		t.Fatalf("README.md has no lines %q and %q", begin, end)
	}
	switch {
	case got == want:
	case *update:
		if err := os.WriteFile("README.md", []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("README.md is not what the code says; run: go test ./components -update\nwant:\n%s", want)
	}
}

// TestFolders holds that README.md leads to the README of each folder.
func TestFolders(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	folders := map[string]bool{}
	for _, file := range files {
		folders[filepath.ToSlash(filepath.Dir(file))] = true
	}
	for folder := range folders {
		if link := "](" + folder + "/README.md)"; !strings.Contains(string(readme), link) {
			t.Errorf("no link %s", link)
		}
	}
}

// A component is a struct type, or a set of boxes that others embed.
type component struct {
	pkg, name, file string
	params          map[string]bool // its type parameters
	fields          *ast.StructType
	about           string
	main            bool // it has a method Main
}

// catalogue makes the table from the code.
func catalogue(t *testing.T) string {
	all := components(t)
	var names []string
	for name, c := range all {
		if c.main && c.fields != nil && ast.IsExported(c.name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var sb strings.Builder
	sb.WriteString("| component | inboxes | outboxes | what it does |\n|---|---|---|---|\n")
	for _, name := range names {
		c := all[name]
		if c.about == "" {
			t.Errorf("%s has no comment", name)
		}
		in, out := boxes(t, all, c)
		fmt.Fprintf(&sb, "| [%s](%s) | %s | %s | %s |\n", name, c.file, list(in), list(out), c.about)
	}
	return sb.String()
}

func list(boxes []string) string {
	if len(boxes) == 0 {
		return "none"
	}
	return strings.Join(boxes, "<br>")
}

// components parses the folders of components, and lists their struct types.
func components(t *testing.T) map[string]*component {
	files, err := filepath.Glob("*/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no code found: %v", err)
	}
	all := map[string]*component{}
	named := func(pkg, name string) *component {
		key := pkg + "." + name
		if all[key] == nil {
			all[key] = &component{pkg: pkg, name: name}
		}
		return all[key]
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		pkg := tree.Name.Name
		for _, decl := range tree.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Recv != nil && d.Name.Name == "Main" {
					named(pkg, receiver(d)).main = true
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					ts, ok := spec.(*ast.TypeSpec)
					if !ok {
						continue
					}
					if st, ok := ts.Type.(*ast.StructType); ok {
						c := named(pkg, ts.Name.Name)
						c.fields, c.file, c.params = st, filepath.ToSlash(file), parameters(ts)
						c.about = strings.ReplaceAll(new(doc.Package).Synopsis(d.Doc.Text()), "|", `\|`)
					}
				}
			}
		}
	}
	return all
}

// parameters lists the type parameters of a type.
func parameters(ts *ast.TypeSpec) map[string]bool {
	names := map[string]bool{}
	if ts.TypeParams != nil {
		for _, f := range ts.TypeParams.List {
			for _, n := range f.Names {
				names[n.Name] = true
			}
		}
	}
	return names
}

// receiver is the name of the type that a method belongs to.
func receiver(f *ast.FuncDecl) string {
	e := f.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// boxes lists the boxes of a component and of what it embeds, but for Control and
// Signal.
func boxes(t *testing.T, all map[string]*component, c *component) (in, out []string) {
	for _, f := range c.fields.Fields.List {
		if len(f.Names) == 0 {
			if e := all[typeIn(t, c, f.Type)]; e != nil && e.fields != nil {
				i, o := boxes(t, all, e)
				in, out = append(in, i...), append(out, o...)
			}
			continue
		}
		index, ok := f.Type.(*ast.IndexExpr)
		if !ok {
			continue
		}
		for _, name := range f.Names {
			about := boxName(name.Name)
			kind := typeIn(t, c, index.X)
			if kind == "axon.Outboxes" {
				about += "[...]"
			}
			about += " `" + typeIn(t, c, index.Index) + "`"
			if f.Tag != nil && strings.Contains(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("axon"), "optional") {
				about += ", optional"
			}
			switch kind {
			case "axon.Inbox":
				in = append(in, about)
			case "axon.Outbox", "axon.Outboxes":
				out = append(out, about)
			}
		}
	}
	return in, out
}

// boxName is what axon calls the box in a field.
func boxName(field string) string { return strings.ToLower(field[:1]) + field[1:] }

// typeIn writes a type that stands in a component as others write it.
func typeIn(t *testing.T, c *component, e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		if x.IsExported() && !c.params[x.Name] {
			return c.pkg + "." + x.Name
		}
	case *ast.StarExpr:
		return "*" + typeIn(t, c, x.X)
	case *ast.ArrayType:
		if x.Len == nil {
			return "[]" + typeIn(t, c, x.Elt)
		}
	case *ast.IndexExpr:
		return typeIn(t, c, x.X) + "[" + typeIn(t, c, x.Index) + "]"
	}
	var b bytes.Buffer
	if err := format.Node(&b, token.NewFileSet(), e); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
