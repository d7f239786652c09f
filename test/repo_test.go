package test

import (
	"bytes"
	"encoding/json"
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

const module = "github.com/kamaelia-go/kamaelia"

// layers are the folders of Go code, from the top down. Imports point down only.
var layers = [][]string{{"cmd", "examples"}, {"pipelines"}, {"components"}, {"axon"}}

// mayNap lists test files that may call time.Sleep without testing/synctest, each
// with the reason.
var mayNap = map[string]string{}

// A goPackage is what "go list -json" tells of a package.
type goPackage struct {
	ImportPath, Dir, Name, Doc         string
	GoFiles, TestGoFiles, XTestGoFiles []string
	Imports, TestImports, XTestImports []string
}

// folder is the package's folder below the repository's root, "." for the root.
func (p *goPackage) folder() string {
	return path.Clean("./" + strings.TrimPrefix(p.ImportPath, module))
}

// goPackages lists the module's packages.
func goPackages(t testing.TB) []*goPackage {
	t.Helper()
	list := exec.Command("go", "list", "-json", "./...")
	list.Dir, list.Stderr = "..", os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []*goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		p := new(goPackage)
		if err := dec.Decode(p); err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	return packages
}

// repoFiles lists the repository's files that match a pattern of path.Match, or
// all for "", with slashes and relative to its root. Files that git ignores are
// none of it.
func repoFiles(t testing.TB, pattern string) []string {
	t.Helper()
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = ".."
	out, err := list.Output()
	if err != nil {
		if os.Getenv("KAMAELIA_TEST_ALL") == "1" {
			t.Fatalf("git ls-files: %v", err)
		}
		t.Skipf("needs git and a checkout: git ls-files: %v", err)
	}
	var files []string
	for f := range strings.SplitSeq(strings.Trim(string(out), "\x00"), "\x00") {
		if _, err := os.Lstat(filepath.Join("..", f)); err != nil {
			continue // deleted, and not yet committed so
		}
		if ok, err := path.Match(pattern, f); err != nil {
			t.Fatal(err)
		} else if ok || pattern == "" {
			files = append(files, f)
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

func readRepoFile(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A source is a parsed Go file of the repository.
type source struct {
	name string // relative to the root
	fset *token.FileSet
	file *ast.File
}

func (s *source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

func (s *source) imports(path string) bool {
	return slices.ContainsFunc(s.file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"`+path+`"` })
}

// at says where something is, for a complaint.
func (s *source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.name, s.fset.Position(n.Pos()).Line)
}

// lines counts the lines of something.
func (s *source) lines(n ast.Node) int {
	return s.fset.Position(n.End()).Line - s.fset.Position(n.Pos()).Line + 1
}

// goSources parses the Go files below some folders, or all files for none.
func goSources(t testing.TB, folders ...string) []*source {
	t.Helper()
	var sources []*source
	for _, name := range repoFiles(t, "") {
		top, _, _ := strings.Cut(name, "/")
		if path.Ext(name) != ".go" || len(folders) > 0 && !slices.Contains(folders, top) {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, readRepoFile(t, name), parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, &source{name, fset, file})
	}
	return sources
}

// layer gives the height of a folder's layer, 0 for axon, -1 for test.
func layer(folder string) int {
	top, _, _ := strings.Cut(folder, "/")
	for i, names := range layers {
		if slices.Contains(names, top) {
			return len(layers) - 1 - i
		}
	}
	return -1
}

// TestImportsPointDown holds the layers: cmd and examples use pipelines, those
// use components, those use axon, and axon uses nothing of ours. Packages of one
// layer may use each other, but not commands, and only axon knows protoactor. A
// package of external tests is a user of what it tests, and may stand on top.
func TestImportsPointDown(t *testing.T) {
	for _, p := range goPackages(t) {
		from := p.folder()
		inTest := from == "test" || strings.HasPrefix(from, "test/")
		if layer(from) < 0 && !inTest {
			t.Errorf("package %s is in no layer", from)
		}
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if strings.HasPrefix(imported, "github.com/asynkron/protoactor-go") && !strings.HasPrefix(from+"/", "axon/") {
				t.Errorf("%s imports %s; only axon may", from, imported)
			}
			to, ours := strings.CutPrefix(imported, module+"/")
			if !ours || inTest {
				continue
			}
			if layer(to) > layer(from) && !slices.Contains(p.XTestImports, imported) {
				t.Errorf("%s imports %s, which is above it", from, to)
			}
			if layer(to) < 0 {
				t.Errorf("%s imports %s, which is in no layer", from, to)
			}
		}
	}
}

// TestNoInit holds that nothing happens by being imported.
func TestNoInit(t *testing.T) {
	for _, s := range goSources(t) {
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: an init function", s.at(f))
			}
		}
	}
}

// TestNoNaps holds that no test sleeps in the hope that something happens. A file
// of tests under testing/synctest may: time is not real there, and a sleep is an
// event like others.
func TestNoNaps(t *testing.T) {
	for _, s := range goSources(t, "axon", "components", "pipelines") {
		if !s.isTest() || mayNap[s.name] != "" || s.imports("testing/synctest") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if isSelector(n, "time", "Sleep") {
				t.Errorf("%s: time.Sleep; wait for an event, or use testing/synctest", s.at(n))
			}
			return true
		})
	}
	for name := range mayNap {
		if _, err := os.Stat(filepath.Join("..", name)); err != nil {
			t.Errorf("mayNap: %v", err)
		}
	}
}

// isSelector says whether a node is pkg.name.
func isSelector(n ast.Node, pkg, name string) bool {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && id.Name == pkg
}

// TestNothingLeftForLater holds that no comment puts work off.
func TestNothingLeftForLater(t *testing.T) {
	later := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b`)
	for _, name := range repoFiles(t, "") {
		for i, line := range strings.Split(string(readRegular(t, name)), "\n") {
			if m := later.FindString(line); m != "" {
				t.Errorf("%s:%d: %s", name, i+1, m)
			}
		}
	}
}

// TestNoMachinePaths holds that no path of one machine is in the tree, and no
// path below the temporary directory in a document.
func TestNoMachinePaths(t *testing.T) {
	anywhere := regexp.MustCompile(`(^|[^\w./])(/` + `work/|/` + `root/|/` + `home/\w|/` + `farm/)`)
	documents := regexp.MustCompile(`(^|[^\w./])/` + `tmp/`)
	for _, name := range repoFiles(t, "") {
		for i, line := range strings.Split(string(readRegular(t, name)), "\n") {
			if m := anywhere.FindString(line); m != "" {
				t.Errorf("%s:%d: a path of one machine: %s", name, i+1, m)
			}
			if path.Ext(name) == ".md" && documents.MatchString(line) {
				t.Errorf("%s:%d: a temporary path in a document", name, i+1)
			}
		}
	}
}

// readRegular reads a file of the repository unless it is a link or is binary.
func readRegular(t testing.TB, name string) []byte {
	t.Helper()
	info, err := os.Lstat(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	if !info.Mode().IsRegular() {
		return nil
	}
	data := readRepoFile(t, name)
	if bytes.IndexByte(data, 0) >= 0 {
		return nil
	}
	return data
}

// TestSmallPieces holds that a file of components has one component and can be
// read in one go, and that no function runs over the screen.
func TestSmallPieces(t *testing.T) {
	const fileLines, functionLines = 250, 60
	for _, s := range goSources(t, "axon", "components", "pipelines", "cmd", "examples") {
		if s.isTest() {
			continue
		}
		if strings.HasPrefix(s.name, "components/") {
			if n := bytes.Count(readRepoFile(t, s.name), []byte("\n")); n > fileLines {
				t.Errorf("%s has %d lines, want %d at most", s.name, n, fileLines)
			}
			if c := components(s); len(c) > 1 {
				t.Errorf("%s holds the components %s, want one a file", s.name, strings.Join(c, ", "))
			}
		}
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && s.lines(f) > functionLines {
				t.Errorf("%s: %s has %d lines, want %d at most", s.at(f), f.Name.Name, s.lines(f), functionLines)
			}
		}
	}
}

// components lists the types of a file that have a method Main(ctx) error.
func components(s *source) (names []string) {
	for _, decl := range s.file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv == nil || f.Name.Name != "Main" {
			continue
		}
		if p := f.Type.Params.List; len(p) == 1 && isSelector(p[0].Type, "context", "Context") {
			names = append(names, typeName(f.Recv.List[0].Type))
		}
	}
	return names
}

// typeName gives the name in a receiver's type, such as T for *T[K].
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.IndexListExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}

// TestBoxesSayWhatTheyCarry holds that each exported box has a comment: it is
// the component's documentation.
func TestBoxesSayWhatTheyCarry(t *testing.T) {
	for _, s := range goSources(t, "axon", "components", "pipelines", "examples") {
		if s.isTest() {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			st, ok := n.(*ast.StructType)
			if !ok {
				return true
			}
			for _, f := range st.Fields.List {
				if !isBox(f.Type) || f.Doc != nil || f.Comment != nil {
					continue
				}
				for _, name := range f.Names {
					if name.IsExported() {
						t.Errorf("%s: box %s has no comment", s.at(name), name.Name)
					}
				}
			}
			return true
		})
	}
}

// isBox says whether a field's type is an Inbox or Outbox of something.
func isBox(e ast.Expr) bool {
	index, ok := e.(*ast.IndexExpr)
	if !ok {
		return false
	}
	switch x := index.X.(type) {
	case *ast.SelectorExpr:
		return isSelector(x, "axon", "Inbox") || isSelector(x, "axon", "Outbox")
	case *ast.Ident:
		return x.Name == "Inbox" || x.Name == "Outbox"
	}
	return false
}

// TestLeakGates holds that each package with tests fails if a goroutine stays.
func TestLeakGates(t *testing.T) {
	gate := regexp.MustCompile(`(?s)func TestMain\(\w+ \*testing\.M\) \{.*(goleak\.VerifyTestMain|axontest\.\w*Main)\(`)
	for _, p := range goPackages(t) {
		files := slices.Concat(p.TestGoFiles, p.XTestGoFiles)
		if len(files) == 0 {
			continue
		}
		if !slices.ContainsFunc(files, func(name string) bool {
			return gate.Match(readRepoFile(t, path.Join(p.folder(), name)))
		}) {
			t.Errorf("%s has tests and no TestMain that looks for leaked goroutines", p.folder())
		}
	}
}

// TestFoldersExplainThemselves holds that each package has a comment for go doc, and
// each folder of components a README.
func TestFoldersExplainThemselves(t *testing.T) {
	for _, p := range goPackages(t) {
		folder := p.folder()
		if p.Doc == "" && len(p.GoFiles) > 0 {
			t.Errorf("%s has no package comment", folder)
		}
		if strings.HasPrefix(folder, "components/") && len(repoFiles(t, folder+"/README.md")) == 0 {
			t.Errorf("%s has no README.md", folder)
		}
	}
}
