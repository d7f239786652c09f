package test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The table of names for those who come from Kamaelia.
const portingPage = "examples/porting/README.md"

// TestPortingTable holds that each name that the table gives for one of Kamaelia's
// is there, and that each row that gives none says why.
func TestPortingTable(t *testing.T) {
	names := declaredNames(t)
	span := regexp.MustCompile("`([^`]+)`")
	rows, seen := 0, map[string]int{}
	for i, line := range strings.Split(string(readRepoFile(t, portingPage)), "\n") {
		cells := strings.Split(line, "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| Kamaelia ") {
			continue
		}
		at := fmt.Sprintf("%s:%d", portingPage, i+1)
		if len(cells) != 5 {
			t.Errorf("%s: a row of %d cells, want 3", at, len(cells)-2)
			continue
		}
		rows++
		here, why := strings.TrimSpace(cells[2]), strings.TrimSpace(cells[3])
		if where := seen[cells[1]]; where > 0 {
			t.Errorf("%s: %s stands in line %d too", at, strings.TrimSpace(cells[1]), where)
		}
		seen[cells[1]] = i + 1
		if here == "none" {
			if why == "" {
				t.Errorf("%s: none, without a reason", at)
			}
			continue
		}
		if rest := strings.TrimSpace(span.ReplaceAllString(here, "")); rest != "" || here == "" {
			t.Errorf("%s: %q is neither a list of names nor none", at, here)
		}
		for _, m := range span.FindAllStringSubmatch(here, -1) {
			if err := names.resolve(m[1]); err != nil {
				t.Errorf("%s: %v", at, err)
			}
		}
		for _, m := range span.FindAllStringSubmatch(why, -1) {
			if regexp.MustCompile(`^[a-z]\w*\.[A-Z]\w*$`).MatchString(m[1]) {
				if err := names.resolve(m[1]); err != nil {
					t.Errorf("%s: %v", at, err)
				}
			}
		}
	}
	if rows < 150 {
		t.Errorf("the table has %d rows: was it found?", rows)
	}
}

// TestPortingTableFindsMistakes holds that the test above can fail.
func TestPortingTableFindsMistakes(t *testing.T) {
	names := declaredNames(t)
	for _, name := range []string{
		"axon.Pipeline", "axon.Inbox.All", "axon.Base.Control", "bridge.Start", "sync.Mutex", "sockets.Server.Protocol",
		"sockets.ServerCore.Failures", "sockets.ServerCore.OnEnd", "udp.Peer.Target", "axon.ErrServiceExists",
	} {
		if err := names.resolve(name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{
		"axon.Postoffice", "axon.Inbox.Lenn", "nothere.Pipeline", "axon.inbox", "Pipeline", "axon.Pipeline.x", "sync.Mutexx",
		"axon.Inbox.All.More", "axon", "sockets.ServerCore.quota",
	} {
		if names.resolve(name) == nil {
			t.Errorf("%s is said to be there", name)
		}
	}
}

// A declared holds the exported names of packages: "axon.Inbox" with its fields and
// methods, and the types it embeds.
type declared struct {
	goroot string
	names  map[string]map[string]bool // members of each "package.Name"
	embeds map[string][]string        // the types in each "package.Name" without a name
}

func declaredNames(t *testing.T) *declared {
	t.Helper()
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	d := &declared{
		goroot: strings.TrimSpace(string(out)),
		names:  map[string]map[string]bool{}, embeds: map[string][]string{},
	}
	for _, s := range goSources(t, "axon", "components", "pipelines") {
		if !s.isTest() {
			d.add(s.file)
		}
	}
	return d
}

// resolve returns an error if there is no name such as axon.Inbox.All.
func (d *declared) resolve(name string) error {
	words := strings.Split(name, ".")
	if len(words) < 2 || len(words) > 3 || slices.ContainsFunc(words[1:], func(w string) bool { return !ast.IsExported(w) }) {
		return fmt.Errorf("`%s` is no name such as axon.Inbox or axon.Inbox.All", name)
	}
	if err := d.read(words[0]); err != nil {
		return fmt.Errorf("`%s`: %w", name, err)
	}
	of := words[0] + "." + words[1]
	if d.names[of] == nil || len(words) == 3 && !d.member(of, words[2]) {
		return fmt.Errorf("there is no `%s`", name)
	}
	return nil
}

// member says whether a type has a field or method, also by what it embeds.
func (d *declared) member(of, name string) bool {
	return d.names[of][name] || slices.ContainsFunc(d.embeds[of], func(e string) bool { return d.member(e, name) })
}

// read reads a package of Go's library, unless the name is that of one of ours.
func (d *declared) read(pkg string) error {
	for of := range d.names {
		if strings.HasPrefix(of, pkg+".") {
			return nil
		}
	}
	files, err := filepath.Glob(filepath.Join(d.goroot, "src", pkg, "*.go"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("there is no package %s", pkg)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path.Base(name), text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		d.add(file)
	}
	return nil
}

// add takes up what a file declares.
func (d *declared) add(file *ast.File) {
	pkg := file.Name.Name
	entry := func(name string) map[string]bool {
		of := pkg + "." + name
		if d.names[of] == nil {
			d.names[of] = map[string]bool{}
		}
		return d.names[of]
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil {
				entry(decl.Name.Name)
			} else {
				entry(typeName(decl.Recv.List[0].Type))[decl.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						entry(id.Name)
					}
				case *ast.TypeSpec:
					d.members(pkg, spec, entry(spec.Name.Name))
				}
			}
		}
	}
}

// members takes up the fields of a struct, and the methods of an interface.
func (d *declared) members(pkg string, spec *ast.TypeSpec, of map[string]bool) {
	var list *ast.FieldList
	switch t := spec.Type.(type) {
	case *ast.StructType:
		list = t.Fields
	case *ast.InterfaceType:
		list = t.Methods
	default:
		return
	}
	for _, f := range list.List {
		for _, id := range f.Names {
			of[id.Name] = true
		}
		if len(f.Names) > 0 {
			continue
		}
		name, e := pkg, f.Type
		if star, ok := e.(*ast.StarExpr); ok {
			e = star.X
		}
		if index, ok := e.(*ast.IndexExpr); ok {
			e = index.X
		}
		switch e := e.(type) {
		case *ast.Ident:
			name += "." + e.Name
			of[e.Name] = true
		case *ast.SelectorExpr:
			name = e.X.(*ast.Ident).Name + "." + e.Sel.Name
			of[e.Sel.Name] = true
		}
		d.embeds[pkg+"."+spec.Name.Name] = append(d.embeds[pkg+"."+spec.Name.Name], name)
	}
}
