package main

import (
	"encoding/json"
	"io"
	"net"
	"os"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/errorlog"
)

type graphCommand struct {
	siteOptions

	Format string `default:"text" enum:"text,dot,mermaid,json" placeholder:"FORMAT" help:"text, dot, mermaid or json. (default ${default})"`
}

// Run prints the graph of the server and that of a connection.
func (c *graphCommand) Run() error {
	tree, err := c.tree()
	if err != nil {
		return err
	}
	defer tree.Close()
	var to io.Writer
	if c.AccessLog != "off" {
		to = io.Discard
	}
	site, err := c.site(tree, to)
	if err != nil {
		return err
	}
	site.ErrorLog = &errorlog.Log{}
	for _, addr := range c.Listen {
		site.Sockets = append(site.Sockets, nowhere(addr))
	}
	info, err := site.Picture()
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

// nowhere is a socket that is not opened: graph only shows where it would be.
type nowhere string

func (nowhere) Accept() (net.Conn, error) { return nil, net.ErrClosed }
func (nowhere) Close() error              { return nil }
func (n nowhere) Addr() net.Addr          { return n }
func (nowhere) Network() string           { return "tcp" }
func (n nowhere) String() string          { return string(n) }
