package components_test

import (
	"bytes"
	"go/ast"
	"go/doc"
	"go/format"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/components"
)

// A component is a struct type, or a set of boxes that others embed.
type component struct {
	pkg, name, file string
	form            string
	params          map[string]bool // its type parameters
	fields          *ast.StructType
	about           string
	main            bool // it has a method Main
}

// A source is what the code of all folders says.
type source struct {
	t     *testing.T
	types map[string]*component
	funcs []*maker
}

// A maker is an exported function.
type maker struct {
	pkg, file string
	decl      *ast.FuncDecl
}

// catalogue makes the catalogue from the code.
func catalogue(t *testing.T) []components.Entry {
	src := parse(t)
	all := map[string]*components.Entry{}
	for name, c := range src.types {
		if c.fields != nil && ast.IsExported(c.name) && src.runs(c) {
			e := &components.Entry{Name: name, File: c.file, Form: c.form, About: c.about, Brief: brief(c.about)}
			src.boxes(c, e)
			all[name] = e
		}
	}
	for _, f := range src.funcs {
		src.makes(f, all)
	}
	var sorted []components.Entry
	for _, e := range all {
		if e.About == "" {
			t.Errorf("%s has no comment", e.Name)
		}
		slices.Sort(e.Made)
		for _, b := range e.Boxes {
			if b.About == "" {
				t.Errorf("%s: box %s has no comment", e.Name, b.Name)
			}
		}
		sorted = append(sorted, *e)
	}
	slices.SortFunc(sorted, func(a, b components.Entry) int {
		if a.Package() != b.Package() || a.Prefab == b.Prefab {
			return strings.Compare(a.Name, b.Name)
		}
		if a.Prefab {
			return 1
		}
		return -1
	})
	return sorted
}

func brief(about string) string { return new(doc.Package).Synopsis(about) }

// parse reads the folders of components.
func parse(t *testing.T) *source {
	files, err := filepath.Glob("*/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no code found: %v", err)
	}
	src := &source{t: t, types: map[string]*component{}}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		src.read(tree, filepath.ToSlash(file))
	}
	return src
}

// read takes the types and functions of a file.
func (src *source) read(tree *ast.File, file string) {
	pkg := tree.Name.Name
	named := func(name string) *component {
		key := pkg + "." + name
		if src.types[key] == nil {
			src.types[key] = &component{pkg: pkg, name: name}
		}
		return src.types[key]
	}
	for _, decl := range tree.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			switch {
			case d.Recv == nil && d.Name.IsExported():
				src.funcs = append(src.funcs, &maker{pkg, file, d})
			case d.Recv != nil && d.Name.Name == "Main":
				named(typeName(d.Recv.List[0].Type)).main = true
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				ts, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				if st, ok := ts.Type.(*ast.StructType); ok {
					c := named(ts.Name.Name)
					c.fields, c.file, c.params, c.form = st, file, parameters(ts.TypeParams), src.form(ts.TypeParams)
					c.about = d.Doc.Text()
				}
			}
		}
	}
}

// runs says whether a type has a Main, its own or that of a graph that it embeds.
func (src *source) runs(c *component) bool {
	return c.main || slices.ContainsFunc(c.fields.Fields.List, func(f *ast.Field) bool {
		return len(f.Names) == 0 && strings.TrimPrefix(src.typeIn(c, f.Type), "*") == "axon.Graph"
	})
}

// makes notes what a function returns, if that is a component.
func (src *source) makes(f *maker, all map[string]*components.Entry) {
	results := f.decl.Type.Results
	if results == nil {
		return
	}
	c := &component{pkg: f.pkg, params: parameters(f.decl.Type.TypeParams)}
	first := results.List[0].Type
	name, signature := f.pkg+"."+f.decl.Name.Name, strings.TrimPrefix(src.text(f.decl.Type), "func")
	switch src.typeIn(c, first) {
	case "axon.Component", "*axon.Graph":
		about := f.decl.Doc.Text()
		all[name] = &components.Entry{Name: name, File: f.file, Form: signature, Prefab: true, About: about, Brief: brief(about)}
		return
	}
	if e := all[f.pkg+"."+typeName(first)]; e != nil {
		e.Made = append(e.Made, name+signature)
	}
}

// form writes type parameters.
func (src *source) form(list *ast.FieldList) string {
	if list == nil {
		return ""
	}
	var params []string
	for _, f := range list.List {
		var names []string
		for _, n := range f.Names {
			names = append(names, n.Name)
		}
		params = append(params, strings.Join(names, ", ")+" "+src.text(f.Type))
	}
	return "[" + strings.Join(params, ", ") + "]"
}

// parameters lists type parameters.
func parameters(list *ast.FieldList) map[string]bool {
	names := map[string]bool{}
	if list != nil {
		for _, f := range list.List {
			for _, n := range f.Names {
				names[n.Name] = true
			}
		}
	}
	return names
}

// typeName is the name in a type, such as T for *T[K].
func typeName(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.StarExpr:
		return typeName(x.X)
	case *ast.IndexExpr:
		return typeName(x.X)
	case *ast.IndexListExpr:
		return typeName(x.X)
	case *ast.Ident:
		return x.Name
	}
	return ""
}

// boxes adds the boxes of a component and of what it embeds to an entry.
func (src *source) boxes(c *component, e *components.Entry) {
	for _, f := range c.fields.Fields.List {
		if len(f.Names) == 0 {
			kind := strings.TrimPrefix(src.typeIn(c, f.Type), "*")
			kind, _, _ = strings.Cut(kind, "[")
			if kind == "axon.Base" {
				e.Signals = true
			} else if of := src.types[kind]; of != nil && of.fields != nil {
				src.boxes(of, e)
			}
			continue
		}
		index, ok := f.Type.(*ast.IndexExpr)
		if !ok {
			continue
		}
		kind := src.typeIn(c, index.X)
		if kind != "axon.Inbox" && kind != "axon.Outbox" && kind != "axon.Outboxes" {
			continue
		}
		about := f.Comment.Text()
		if f.Doc != nil {
			about = f.Doc.Text()
		}
		tag := ""
		if f.Tag != nil {
			tag = reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("axon")
		}
		for _, name := range f.Names {
			if !name.IsExported() {
				continue
			}
			e.Boxes = append(e.Boxes, components.Box{
				Name: boxName(name.Name), In: kind == "axon.Inbox", Type: src.typeIn(c, index.Index), Many: kind == "axon.Outboxes",
				Optional: strings.Contains(tag, "optional"), About: strings.Join(strings.Fields(about), " "),
			})
		}
	}
}

// boxName is what axon calls the box in a field.
func boxName(field string) string { return strings.ToLower(field[:1]) + field[1:] }

// typeIn writes a type that stands in a component as others write it.
func (src *source) typeIn(c *component, e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		if x.IsExported() && !c.params[x.Name] {
			return c.pkg + "." + x.Name
		}
	case *ast.StarExpr:
		return "*" + src.typeIn(c, x.X)
	case *ast.ArrayType:
		if x.Len == nil {
			return "[]" + src.typeIn(c, x.Elt)
		}
	case *ast.IndexExpr:
		return src.typeIn(c, x.X) + "[" + src.typeIn(c, x.Index) + "]"
	}
	return src.text(e)
}

func (src *source) text(n ast.Node) string {
	var b bytes.Buffer
	if err := format.Node(&b, token.NewFileSet(), n); err != nil {
		src.t.Fatal(err)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
