// Command kamaelia is a web server made of components.
//
//	kamaelia serve [DIR]     serves the files of a directory, or what --config says
//	kamaelia graph [DIR]     prints the wiring that serve would run
//	kamaelia check FILE      says everything that is wrong with a configuration
//	kamaelia config [DIR]    prints the flags as a configuration
//	kamaelia doc [NAME]      prints what a component does, and its boxes; without a name, all
//	kamaelia version         prints the version
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/kamaelia-go/kamaelia/pipelines/config"
)

// Exit statuses.
const (
	exitFailure = 1 // it could not do what it was told to
	exitUsage   = 2 // it was told something it does not understand
)

// commandLine is what can be said to the program.
type commandLine struct {
	Serve   serveCommand   `cmd:"" help:"Serve the files of a directory, or what a configuration says."`
	Graph   graphCommand   `cmd:"" help:"Print the wiring that serve would run."`
	Check   checkCommand   `cmd:"" help:"Say everything that is wrong with a configuration."`
	Config  configCommand  `cmd:"" help:"Print the flags as a configuration."`
	Doc     docCommand     `cmd:"" help:"Print what a component does, and its boxes; without a name, list all."`
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
		fail(statusOf(err), err)
	}
}

// statusOf tells a mistake of the caller, on the command line or in a
// configuration, from what this machine lacks.
func statusOf(err error) int {
	if all, ok := errors.AsType[config.Problems](err); ok && !all.Missing() {
		return exitUsage
	}
	if errors.Is(err, errUsage) {
		return exitUsage
	}
	return exitFailure
}

// fail ends the program with one clear line for each thing that is wrong.
func fail(status int, err error) {
	all, ok := errors.AsType[config.Problems](err)
	if !ok {
		fmt.Fprintf(os.Stderr, "kamaelia: %s\n", strings.ReplaceAll(err.Error(), "\n", "\nkamaelia: "))
		os.Exit(status)
	}
	for _, p := range all {
		if p.File == "" {
			fmt.Fprint(os.Stderr, "kamaelia: ")
		}
		fmt.Fprintln(os.Stderr, p)
	}
	os.Exit(status)
}
