// Command kamaelia is a web server made of components.
//
//	kamaelia serve [DIR]     serves the files of a directory
//	kamaelia graph [DIR]     prints the wiring that serve would run
//	kamaelia version         prints the version
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

// Exit statuses.
const (
	exitFailure = 1 // it could not do what it was told to
	exitUsage   = 2 // it was told something it does not understand
)

// commandLine is what can be said to the program.
type commandLine struct {
	Serve   serveCommand   `cmd:"" help:"Serve the files of a directory."`
	Graph   graphCommand   `cmd:"" help:"Print the wiring that serve would run."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// errUsage is wrapped by errors that are the caller's mistake.
var errUsage = errors.New("usage")

func main() {
	var line commandLine
	parser, err := kong.New(&line,
		kong.Name("kamaelia"),
		kong.Description("A web server made of components, each of which can be seen, rewired and replaced."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fail(exitFailure, err)
	}
	ctx, err := parser.Parse(os.Args[1:])
	if err != nil {
		fail(exitUsage, fmt.Errorf("%w (see kamaelia --help)", err))
	}
	if err := ctx.Run(); err != nil {
		if errors.Is(err, errUsage) {
			fail(exitUsage, err)
		}
		fail(exitFailure, err)
	}
}

// fail ends the program with one clear line.
func fail(status int, err error) {
	fmt.Fprintf(os.Stderr, "kamaelia: %v\n", err)
	os.Exit(status)
}
