// Lint checks a module, its tests included, with the analyzers of go vet and of
// staticcheck, and shows that it compiles on other systems:
//
//	go -C test/lint run . -dir ../.. darwin/arm64 windows/amd64
//
// For those systems it asks go vet's analyzers only: what is not used there may be
// used here.
//
// It reads everything from source, the standard library too, and once for all that
// it does. The commands of those names need everything compiled, and read it once
// each, which takes several times as long where nothing is in a cache.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
)

func main() {
	dir := flag.String("dir", ".", "folder of the module")
	flag.Parse()
	status := 0
	here := runtime.GOOS + "/" + runtime.GOARCH
	for _, target := range append([]string{here}, flag.Args()...) {
		analyzers := vetting()
		if target == here {
			analyzers = append(analyzers, staticcheck()...)
		}
		n, found, err := check(*dir, target, analyzers)
		if err != nil {
			fmt.Fprintln(os.Stderr, "lint:", err)
			os.Exit(1)
		}
		for _, f := range found {
			fmt.Fprintf(os.Stderr, "%s: %s\n", target, f)
			status = 1
		}
		fmt.Printf("%s: %d packages, %d analyzers, %d findings\n", target, n, len(analyzers), len(found))
	}
	os.Exit(status)
}
