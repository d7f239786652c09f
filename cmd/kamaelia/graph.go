package main

import (
	"encoding/json"
	"io"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/errorlog"
)

type graphCommand struct {
	siteOptions

	Format string `default:"text" enum:"text,dot,mermaid,json" placeholder:"FORMAT" help:"text, dot, mermaid or json. (default ${default})"`
}

// Run prints the graph of the server, that of a connection, and those of the sites
// for certain hosts.
func (c *graphCommand) Run() error {
	conf, err := c.config()
	if err != nil {
		return err
	}
	server, err := conf.Build()
	if err != nil {
		return err
	}
	defer server.Close()
	server.Site.ErrorLog = &errorlog.Log{}
	server.Plan()
	info, err := server.Site.Picture()
	if err != nil {
		return err
	}
	return c.print(os.Stdout, axon.Snapshot{Graphs: info})
}

func (c *graphCommand) print(w io.Writer, s axon.Snapshot) error {
	switch c.Format {
	case "dot":
		return s.WriteDOT(w)
	case "mermaid":
		return s.WriteMermaid(w)
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(s.Graphs)
	}
	return s.WriteText(w)
}
