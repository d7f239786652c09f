// Elsewhere shows that the module compiles on other systems, tests included:
//
//	go run ./test/elsewhere darwin/arm64 windows/amd64
//
// It checks the types of everything from source. Nothing is compiled, which for a
// system that is not this one would mean the standard library and all else too.
package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	status := 0
	for _, target := range os.Args[1:] {
		n, errs, err := check(target)
		if err != nil {
			fmt.Fprintln(os.Stderr, "elsewhere:", err)
			os.Exit(1)
		}
		for _, e := range errs {
			fmt.Fprintf(os.Stderr, "%s: %v\n", target, e)
			status = 1
		}
		fmt.Printf("%s: %d packages, %d errors\n", target, n, len(errs))
	}
	os.Exit(status)
}

// check checks the module as the system OS/ARCH would see it. It returns how many
// packages that are, those of tests apart, and what is wrong with them.
func check(target string) (n int, errs []packages.Error, err error) {
	system, arch, ok := strings.Cut(target, "/")
	if !ok {
		return 0, nil, fmt.Errorf("target %q: want OS/ARCH, such as darwin/arm64", target)
	}
	all, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedDeps | packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax,
		Env:   append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=0"),
		Tests: true,
	}, "./...")
	if err != nil {
		return 0, nil, fmt.Errorf("%s: %w", target, err)
	}
	packages.Visit(all, nil, func(p *packages.Package) { errs = append(errs, p.Errors...) })
	return len(all), errs, nil
}
