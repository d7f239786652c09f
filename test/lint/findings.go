package main

import (
	"fmt"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
	"honnef.co/go/tools/analysis/lint"
	"honnef.co/go/tools/unused"
)

// findings are what is wrong. A package and its tests have the same files, whose
// findings are told once.
type findings struct {
	lines   map[string]bool
	ignored map[ignored]token.Position // by the comment that is there
	needed  map[ignored]bool           // of those, what there was to ignore
	read    map[*packages.Package]bool // for such comments
}

// An ignored finding is one that a comment before it, or behind it, asks to ignore:
//
//	//lint:ignore CHECK reason
type ignored struct {
	file  string
	line  int
	check string
}

func newFindings() *findings {
	return &findings{
		lines: map[string]bool{}, ignored: map[ignored]token.Position{}, needed: map[ignored]bool{}, read: map[*packages.Package]bool{},
	}
}

// add adds what analyzers have found.
func (f *findings) add(graph *checker.Graph) {
	ran, uses := map[string]bool{}, map[token.Position]bool{}
	var idle []unused.Object
	for act := range graph.All() {
		if !act.IsRoot {
			continue
		}
		ran[act.Analyzer.Name] = true
		f.directives(act.Package)
		if act.Err != nil {
			f.lines[fmt.Sprintf("%s: %s: %v", act.Package.ID, act.Analyzer.Name, act.Err)] = true
		}
		for _, d := range act.Diagnostics {
			f.tell(act.Package.Fset.Position(d.Pos), d.Message, act.Analyzer.Name)
		}
		if r, ok := act.Result.(unused.Result); ok {
			for _, o := range r.Used {
				uses[o.Position] = true
			}
			idle = append(idle, r.Unused...)
		}
	}
	for _, o := range idle {
		if !uses[o.Position] { // by the tests either
			f.tell(o.DisplayPosition, o.Kind+" "+o.Name+" is unused", unused.Analyzer.Analyzer.Name)
		}
	}
	for i, comment := range f.ignored {
		if ran[i.check] && !f.needed[i] {
			f.lines[fmt.Sprintf("%s: nothing to ignore for %s", comment, i.check)] = true
		}
	}
}

// directives notes the comments of a package.
func (f *findings) directives(p *packages.Package) {
	if f.read[p] {
		return
	}
	f.read[p] = true
	for _, d := range lint.ParseDirectives(p.Syntax, p.Fset) {
		comment := p.Fset.Position(d.Directive.Pos())
		if d.Command != "ignore" || len(d.Arguments) < 2 {
			f.lines[fmt.Sprintf("%s: want //lint:ignore CHECK reason", comment)] = true
			continue
		}
		at := p.Fset.Position(d.Node.Pos())
		for check := range strings.SplitSeq(d.Arguments[0], ",") {
			f.ignored[ignored{at.Filename, at.Line, check}] = comment
		}
	}
}

func (f *findings) tell(at token.Position, message, check string) {
	i := ignored{at.Filename, at.Line, check}
	if _, ok := f.ignored[i]; ok {
		f.needed[i] = true
		return
	}
	f.lines[fmt.Sprintf("%s: %s (%s)", at, message, check)] = true
}
