package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/components/accesslog"
	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/tcp"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// siteOptions say what is served and how. serve and graph share them.
type siteOptions struct {
	Dir       string            `arg:"" optional:"" help:"The directory to serve; the current one if none is given."`
	Root      string            `placeholder:"DIR" help:"The directory to serve, in place of the argument."`
	Listen    []string          `default:"127.0.0.1:8080" sep:"none" placeholder:"ADDR" help:"Address to listen on: host:port, or unix:PATH. May be given several times. (default ${default})"`
	Index     []string          `placeholder:"NAME" sep:"none" help:"File that stands for a directory. May be given several times. (default index.html)"`
	Mime      map[string]string `placeholder:".EXT=TYPE" mapsep:"none" help:"Media type of files with an extension. May be given several times."`
	Hidden    bool              `help:"Serve files whose names begin with a dot, too."`
	Put       []string          `placeholder:"PREFIX=DIR" sep:"none" help:"Serve a directory below a prefix, and let everyone write and delete its files by PUT and DELETE. May be given several times."`
	Webdav    []string          `name:"webdav" placeholder:"PREFIX=DIR" sep:"none" help:"Share a directory below a prefix by WebDAV, with everyone. May be given several times."`
	KeepFree  int64             `default:"0" placeholder:"BYTES" help:"How much of the disk --put and --webdav leave free."`
	AccessLog string            `default:"-" placeholder:"FILE" help:"Where to write a line for each request: a file, - for the standard output, or off. (default ${default})"`
	LogFormat string            `default:"combined" enum:"combined,json" placeholder:"FORMAT" help:"Form of these lines: combined or json. (default ${default})"`
	MaxConns  int               `default:"0" placeholder:"N" help:"Most connections open at once; 0 means no limit."`
	Debug     bool              `help:"Show the cause of a failure on its error page."`

	HeadTimeout time.Duration `default:"10s" placeholder:"TIME" help:"Longest time for the head of a request. (default ${default})"`
	IdleTimeout time.Duration `default:"60s" placeholder:"TIME" help:"Longest time between two requests. (default ${default})"`
	MaxBody     int64         `default:"0" placeholder:"BYTES" help:"Largest request body; 0 means no limit."`
}

// dir returns the directory to serve.
func (o *siteOptions) dir() (string, error) {
	switch {
	case o.Dir != "" && o.Root != "":
		return "", fmt.Errorf("%w: give the directory as the argument or by --root, not both", errUsage)
	case o.Root != "":
		return o.Root, nil
	case o.Dir != "":
		return o.Dir, nil
	}
	return ".", nil
}

// tree opens the directory.
func (o *siteOptions) tree() (*files.Tree, error) {
	dir, err := o.dir()
	if err != nil {
		return nil, err
	}
	t := &files.Tree{Dir: dir, Index: o.Index, Types: o.Mime, Hidden: o.Hidden}
	if err := t.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", errUsage, err)
	}
	fi, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot serve %s: %w", dir, errUnwrap(err))
	case !fi.IsDir():
		return nil, fmt.Errorf("cannot serve %s: it is not a directory", dir)
	}
	if err := t.Open(); err != nil {
		return nil, fmt.Errorf("cannot serve %s: %w", dir, err)
	}
	return t, nil
}

// site returns the server's options, and the component that logs, if any.
func (o *siteOptions) site(tree *files.Tree, log io.Writer) (*pipelines.Site, error) {
	if o.HeadTimeout <= 0 || o.IdleTimeout <= 0 || o.MaxConns < 0 || o.MaxBody < 0 || o.KeepFree < 0 {
		return nil, fmt.Errorf("%w: times must be more than zero, and numbers not negative", errUsage)
	}
	writable, err := o.writable(tree)
	if err != nil {
		return nil, err
	}
	site := &pipelines.Site{
		Server: pipelines.Server{
			Mounts: []pipelines.Mount{{Path: "/", Name: "FILES", Rest: true, Handler: func() http1.HandlerPart {
				return &files.Reader{Tree: tree}
			}}},
			Errors: func() http1.ErrorPart { return &http1.ErrorPages{Debug: o.Debug} },
			Limits: http1.Limits{HeadTime: o.HeadTimeout, Idle: o.IdleTimeout, Body: o.MaxBody},
			Most:   o.MaxConns,
			Reuse:  true,
		},
	}
	site.Mounts = append(site.Mounts, writable...)
	if err := site.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %s", errUsage, strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	if log != nil {
		site.AccessLog = &accesslog.Log{To: log}
		if o.LogFormat == "json" {
			site.AccessLog.Format = accesslog.JSON
		}
	}
	return site, nil
}

// sockets opens what is listened on.
func (o *siteOptions) sockets() ([]net.Listener, error) {
	var all []net.Listener
	for _, addr := range o.Listen {
		l, err := tcp.Listen(addr)
		if err == nil {
			all = append(all, l)
			continue
		}
		for _, l := range all {
			_ = l.Close()
		}
		if _, ok := errors.AsType[*net.AddrError](err); ok {
			return nil, fmt.Errorf("%w: --listen %s: %w", errUsage, addr, cause(err))
		}
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, cause(err))
	}
	return all, nil
}

// accessLog opens where the lines go; nil means nowhere.
func (o *siteOptions) accessLog() (io.WriteCloser, error) {
	switch strings.ToLower(o.AccessLog) {
	case "off", "":
		return nil, nil
	case "-":
		return nopCloser{os.Stdout}, nil
	}
	f, err := os.OpenFile(o.AccessLog, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return nil, fmt.Errorf("cannot write the access log: %w", err)
	}
	return f, nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// errUnwrap leaves out the operation and the path that an error of os begins
// with.
func errUnwrap(err error) error {
	if pe, ok := err.(*os.PathError); ok {
		return pe.Err
	}
	return err
}
