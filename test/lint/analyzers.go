package main

import (
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/suite/vet"
	"honnef.co/go/tools/analysis/lint"
	"honnef.co/go/tools/simple"
	sc "honnef.co/go/tools/staticcheck"
	"honnef.co/go/tools/stylecheck"
	"honnef.co/go/tools/unused"
)

// vetting returns the analyzers of go vet.
func vetting() []*analysis.Analyzer { return slices.Clone(vet.Suite) }

// staticcheck returns those that the command of that name uses if it is told nothing.
func staticcheck() (list []*analysis.Analyzer) {
	for _, a := range slices.Concat(sc.Analyzers, simple.Analyzers, stylecheck.Analyzers, []*lint.Analyzer{unused.Analyzer}) {
		if !a.Doc.NonDefault {
			list = append(list, a.Analyzer)
		}
	}
	return list
}
