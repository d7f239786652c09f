package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/kamaelia-go/kamaelia/pipelines/config"
)

// siteOptions say what is served and how: a file, and flags, which come before
// it. serve, graph and config share them.
type siteOptions struct {
	Dir    string            `arg:"" optional:"" help:"The directory to serve; the current one if none is given, and no configuration."`
	Config string            `short:"c" placeholder:"FILE" help:"Read the configuration from a file; the flags override it."`
	Root   string            `placeholder:"DIR" help:"The directory to serve, in place of the argument."`
	Index  []string          `placeholder:"NAME" sep:"none" help:"File that stands for a directory. May be given several times. (default index.html)"`
	Mime   map[string]string `placeholder:".EXT=TYPE" mapsep:"none" help:"Media type of files with an extension. May be given several times."`
	Hidden *bool             `negatable:"" help:"Serve files whose names begin with a dot, too."`

	Listing  bool     `help:"Show what is in directories without an index file."`
	Compress bool     `help:"Compress answers for clients that accept it."`
	Fallback string   `placeholder:"PATH" help:"Page to send in place of those that are not there, such as /index.html."`
	Put      []string `placeholder:"PREFIX=DIR" sep:"none" help:"Serve a directory below a prefix, and let everyone write and delete its files by PUT and DELETE. May be given several times."`
	Webdav   []string `name:"webdav" placeholder:"PREFIX=DIR" sep:"none" help:"Share a directory below a prefix by WebDAV, with everyone. May be given several times."`
	KeepFree string   `placeholder:"SIZE" help:"How much of the disk --put and --webdav leave free."`

	scriptOptions      `embed:""`
	applicationOptions `embed:""`

	Listen    []string `sep:"none" placeholder:"ADDR" help:"Address to listen on: host:port, unix:PATH or systemd:. May be given several times. (default 127.0.0.1:8080)"`
	ListenTLS []string `name:"listen-tls" sep:"none" placeholder:"ADDR" help:"Address to listen on for https. May be given several times."`
	TLSCert   string   `name:"tls-cert" placeholder:"FILE" help:"Certificate for these, in PEM."`
	TLSKey    string   `name:"tls-key" placeholder:"FILE" help:"Its private key. (default the same file)"`
	Admin     string   `placeholder:"ADDR" help:"Address for metrics and profiles, which nobody else should reach."`

	AccessLog string `placeholder:"FILE" help:"Where to write a line for each request: a file, - for the standard output, or off. (default -)"`
	LogFormat string `placeholder:"FORMAT" help:"Form of these lines: combined, common, json, or a template. (default combined)"`
	Debug     bool   `help:"Show the cause of a failure on its error page."`

	MaxConns    string `placeholder:"N" help:"Most connections open at once, or off. (default 10000)"`
	MaxBody     string `placeholder:"SIZE" help:"Largest request body. (default off)"`
	HeadTimeout string `placeholder:"TIME" help:"Longest time for the head of a request. (default 10s)"`
	IdleTimeout string `placeholder:"TIME" help:"Longest time between two requests. (default 60s)"`
}

// config returns the configuration that the file and the flags make.
func (o *siteOptions) config() (*config.Config, error) {
	c := new(config.Config)
	if o.Config != "" {
		var err error
		if c, err = config.Load(o.Config); err != nil {
			return nil, wholeTruth(o.Config, err)
		}
	}
	switch {
	case o.Dir != "" && o.Root != "":
		return nil, fmt.Errorf("%w: give the directory as the argument or by --root, not both", errUsage)
	case o.Root != "":
		c.Root = o.Root
		c.Given("root", "--root")
	case o.Dir != "" || o.Config == "":
		c.Root = o.Dir
		if c.Root == "" {
			c.Root = "."
		}
		c.Given("root", "DIR")
	}
	o.files(c)
	if err := o.writable(c); err != nil {
		return nil, err
	}
	if err := errors.Join(o.scripts(c), o.applications(c)); err != nil {
		return nil, err
	}
	return c, o.server(c)
}

// wholeTruth adds to what is wrong with a file's text what is wrong with what it
// says.
func wholeTruth(file string, err error) error {
	if _, ok := errors.AsType[config.Problems](err); ok {
		if all := config.CheckFile(file); all != nil { // else it was changed meanwhile
			return all
		}
	}
	return err
}

// files sets what the flags say of files.
func (o *siteOptions) files(c *config.Config) {
	if o.Index != nil {
		c.Index = o.Index
		c.Given("index", "--index")
	}
	for ext, media := range o.Mime {
		if c.Types == nil {
			c.Types = map[string]string{}
		}
		c.Types[ext] = media
		c.Given("types."+ext, "--mime "+ext+"="+media)
	}
	if o.Hidden != nil {
		c.Hidden = o.Hidden
	}
	if o.Listing && c.Listing == nil {
		c.Listing = new(config.Listing)
	}
	if o.Compress && (c.Compress == nil || c.Compress.Off) {
		c.Compress = new(config.Compress)
	}
	if o.Fallback != "" {
		c.Fallback = o.Fallback
		c.Given("fallback", "--fallback")
	}
}

// server sets what the flags say of the server.
func (o *siteOptions) server(c *config.Config) error {
	if o.Listen != nil || o.ListenTLS != nil {
		c.Listen = nil
		c.Given("listen", "--listen")
	}
	for _, address := range o.Listen {
		c.Listen = append(c.Listen, config.Listen{Address: address})
	}
	if len(o.ListenTLS) > 0 && o.TLSCert == "" {
		return fmt.Errorf("%w: --listen-tls needs --tls-cert", errUsage)
	}
	for _, address := range o.ListenTLS {
		c.Given(fmt.Sprintf("listen[%d].tls", len(c.Listen)), "--tls-cert")
		c.Listen = append(c.Listen, config.Listen{Address: address, TLS: []config.Certificate{{Certificate: o.TLSCert, Key: o.TLSKey}}})
	}
	if o.Admin != "" {
		c.Admin = &config.Admin{Address: []string{o.Admin}}
		c.Given("admin", "--admin")
	}
	if o.AccessLog != "" {
		if o.AccessLog == "off" {
			c.AccessLog = config.AccessLog{}
		}
		c.AccessLog.File = o.AccessLog
		c.Given("access-log.file", "--access-log")
	}
	if o.LogFormat != "" {
		c.AccessLog.Format = o.LogFormat
		c.Given("access-log.format", "--log-format")
	}
	c.Debug = c.Debug || o.Debug
	return errors.Join(
		set(c, &c.Limits.Connections, o.MaxConns, "limits.connections", "--max-conns"),
		set(c, &c.Limits.Body, o.MaxBody, "limits.body", "--max-body"),
		set(c, &c.Timeouts.Head, o.HeadTimeout, "timeouts.head", "--head-timeout"),
		set(c, &c.Timeouts.Idle, o.IdleTimeout, "timeouts.idle", "--idle-timeout"),
	)
}

// set sets a key to what a flag says, if it is given.
func set(c *config.Config, v interface{ UnmarshalText([]byte) error }, text, key, flag string) error {
	if text == "" {
		return nil
	}
	if key != "" {
		c.Given(key, flag)
	}
	if err := v.UnmarshalText([]byte(text)); err != nil {
		return fmt.Errorf("%w: %s: %q is %w", errUsage, flag, text, err)
	}
	return nil
}

// some sets a number of which there has to be one at least.
func some(c *config.Config, n *config.Count, text, flag string) error {
	if err := set(c, n, text, "", flag); err != nil || *n >= 0 {
		return err
	}
	return fmt.Errorf("%w: %s %s: want 1 or more", errUsage, flag, text)
}

// writable sets what --put and --webdav say.
func (o *siteOptions) writable(c *config.Config) error {
	var spare, largest config.Size
	if err := errors.Join(set(c, &spare, o.KeepFree, "", "--keep-free"), set(c, &largest, o.MaxBody, "limits.body", "--max-body")); err != nil {
		return err
	}
	for i, arg := range slices.Concat(o.Put, o.Webdav) {
		flag := "--put"
		if i >= len(o.Put) {
			flag = "--webdav"
		}
		prefix, dir, err := cutPrefix(arg, "DIR")
		if err != nil {
			return fmt.Errorf("%w: %s %s: %w", errUsage, flag, arg, err)
		}
		place, key := &c.Site.Place, ""
		if prefix != "" {
			key = "paths." + prefix
			if _, twice := c.Paths[prefix]; twice {
				return fmt.Errorf("%w: %s %s: %s is served already", errUsage, flag, arg, prefix)
			}
			place = &config.Place{Root: dir}
			c.Given(key, flag+" "+arg)
		} else if !sameDir(dir, c.Root) {
			return fmt.Errorf("%w: %s %s: the directory at / is %s", errUsage, flag, arg, c.Root)
		}
		if flag == "--put" {
			place.Put = &config.Put{Largest: largest, Spare: spare}
		} else {
			place.WebDAV = &config.WebDAV{Largest: largest, Spare: spare}
		}
		if prefix != "" {
			if c.Paths == nil {
				c.Paths = map[string]config.Place{}
			}
			c.Paths[prefix] = *place
		}
	}
	return nil
}

// cutPrefix takes PREFIX=KIND apart. The prefix is "" for the whole site.
func cutPrefix(arg, kind string) (prefix, what string, err error) {
	prefix, what, ok := strings.Cut(arg, "=")
	switch {
	case !ok || what == "":
		return "", "", errors.New("want PREFIX=" + kind)
	case !strings.HasPrefix(prefix, "/"):
		return "", "", errors.New("a prefix begins with a slash")
	}
	return strings.TrimRight(prefix, "/"), what, nil
}

// sameDir reports whether two names are of one directory.
func sameDir(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
