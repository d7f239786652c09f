package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/kamaelia-go/kamaelia/components"
)

type docCommand struct {
	Component string `arg:"" optional:"" help:"Its name, such as fileio.Writer, Writer, or what Kamaelia calls it."`
}

// Run prints an entry of the catalogue, or lists all. The catalogue is part of the program.
func (c *docCommand) Run() error {
	all, err := components.Catalogue()
	if err != nil {
		return err
	}
	if c.Component == "" {
		return list(os.Stdout, all)
	}
	e, err := components.Find(all, c.Component)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	return e.Write(os.Stdout)
}

// list prints a line for each component.
func list(w io.Writer, all []components.Entry) error {
	width := 0
	for i := range all {
		width = max(width, len(all[i].Name))
	}
	var sb strings.Builder
	for i := range all {
		fmt.Fprintf(&sb, "%-*s  %s\n", width, all[i].Name, all[i].Brief)
	}
	_, err := io.WriteString(w, sb.String())
	return err
}
