package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
)

// check checks a module as the system OS/ARCH would see it. It returns how many
// packages that are, those of tests apart, and what is wrong with them.
func check(dir, target string, analyzers []*analysis.Analyzer) (n int, found []string, err error) {
	system, arch, ok := strings.Cut(target, "/")
	if !ok {
		return 0, nil, fmt.Errorf("target %q: want OS/ARCH, such as darwin/arm64", target)
	}
	all, err := packages.Load(&packages.Config{
		Mode:  packages.LoadAllSyntax | packages.NeedModule,
		Dir:   dir,
		Env:   append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=0"),
		Tests: true,
	}, "./...")
	if err != nil {
		return 0, nil, fmt.Errorf("%s: %w", target, err)
	}
	// What "go test" makes to run the tests is nobody's business.
	all = slices.DeleteFunc(all, func(p *packages.Package) bool { return strings.HasSuffix(p.ID, ".test") })
	f := newFindings()
	packages.Visit(all, nil, func(p *packages.Package) {
		for _, e := range p.Errors {
			f.lines[e.Error()] = true
		}
	})
	if len(f.lines) == 0 {
		graph, err := checker.Analyze(analyzers, all, nil)
		if err != nil {
			return 0, nil, fmt.Errorf("%s: %w", target, err)
		}
		f.add(graph)
	}
	return len(all), slices.Sorted(maps.Keys(f.lines)), nil
}
