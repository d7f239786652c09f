package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kamaelia-go/kamaelia/pipelines/config"
)

// scriptOptions say which programs answer requests.
type scriptOptions struct {
	CGI           []string          `name:"cgi" placeholder:"PREFIX=DIR" sep:"none" help:"Answer requests below a prefix by the programs in a directory, or by a single program (CGI). May be given several times."`
	Ext           map[string]string `name:"cgi-ext" placeholder:".EXT=INTERPRETER" mapsep:"none" help:"What runs the programs with an extension; others are run by themselves. May be given several times."`
	Env           []string          `name:"cgi-env" placeholder:"KEY=VALUE" sep:"none" help:"A variable that the programs see. May be given several times."`
	Pass          []string          `name:"cgi-pass" placeholder:"KEY" help:"A variable of the server's own environment that the programs see. May be given several times."`
	Authorization bool              `name:"cgi-authorization" help:"Let the programs see the Authorization field, with the password that is in it."`
	Arguments     bool              `name:"cgi-arguments" help:"Give the programs a query without = as arguments."`
	User          string            `name:"cgi-user" placeholder:"USER" help:"Who runs the programs: a user's name, or UID:GID."`
	Timeout       string            `name:"cgi-timeout" placeholder:"TIME" help:"Longest silence of a program, before its answer and in it. (default 60s)"`
	RunTime       string            `name:"cgi-run-time" placeholder:"TIME" help:"Longest time that a program runs. (default off)"`
	AtOnce        string            `name:"cgi-at-once" placeholder:"N" help:"Most programs that run at once, of all --cgi together; others wait. (default 32)"`
	Queue         string            `name:"cgi-queue" placeholder:"N" help:"Most requests that wait for that; others get 503; with off, none waits. (default 1000)"`
	Output        string            `name:"cgi-output" placeholder:"SIZE" help:"Largest output of a program. (default off)"`
	CPU           string            `name:"cgi-cpu" placeholder:"TIME" help:"Most processor time of a program. (default off)"`
	Memory        string            `name:"cgi-memory" placeholder:"SIZE" help:"Most memory of a program. (default off)"`
	FastCGI       []string          `name:"fastcgi" placeholder:"PREFIX=ADDRESS" sep:"none" help:"Answer requests below a prefix by a program that speaks FastCGI, at unix:PATH or host:port. May be given several times."`
	FastCGIRoot   string            `name:"fastcgi-root" placeholder:"DIR" help:"Directory of its scripts, as it knows it; without it, it is one application."`
	SCGI          []string          `name:"scgi" placeholder:"PREFIX=ADDRESS" sep:"none" help:"Answer requests below a prefix by a program that speaks SCGI, at unix:PATH or host:port. May be given several times."`
	UWSGI         []string          `name:"uwsgi" placeholder:"PREFIX=ADDRESS" sep:"none" help:"Answer requests below a prefix by a program that speaks the uwsgi protocol, at unix:PATH or host:port. May be given several times."`
	Proxy         []string          `name:"upstream" placeholder:"PREFIX=URL" sep:"none" help:"Answer requests below a prefix by another server of HTTP, at http://host:port or unix:PATH. May be given several times."`
}

// scripts sets what --cgi and its flags say.
func (o *scriptOptions) scripts(c *config.Config) error {
	one := config.CGI{
		Interpreters: o.Ext, Pass: o.Pass, Authorization: o.Authorization, Arguments: o.Arguments, User: o.User,
	}
	err := errors.Join(
		set(c, &one.First, o.Timeout, "", "--cgi-timeout"),
		set(c, &one.Run, o.RunTime, "", "--cgi-run-time"), set(c, &one.Output, o.Output, "", "--cgi-output"),
		some(c, &one.AtOnce, o.AtOnce, "--cgi-at-once"), set(c, &one.Queue, o.Queue, "", "--cgi-queue"),
		set(c, &one.CPU, o.CPU, "", "--cgi-cpu"), set(c, &one.Memory, o.Memory, "", "--cgi-memory"),
	)
	if err != nil {
		return err
	}
	one.Idle = one.First
	for _, kv := range o.Env {
		key, value, ok := strings.Cut(kv, "=")
		if !ok || key == "" {
			return fmt.Errorf("%w: --cgi-env %s: want KEY=VALUE", errUsage, kv)
		}
		if one.Env == nil {
			one.Env = map[string]string{}
		}
		one.Env[key] = value
	}
	var all []*config.CGI
	for _, arg := range o.CGI {
		each := one
		all = append(all, &each)
		if err := mountArg(c, "--cgi", "DIR", arg, func(dir string) config.Place { return config.Place{Root: dir, CGI: &each} }); err != nil {
			return err
		}
	}
	config.Together(all...)
	return o.upstreams(c)
}

// upstreams sets what --fastcgi, --scgi, --uwsgi and --upstream say.
func (o *scriptOptions) upstreams(c *config.Config) error {
	if o.FastCGIRoot != "" && o.FastCGI == nil {
		return fmt.Errorf("%w: --fastcgi-root needs --fastcgi", errUsage)
	}
	for _, arg := range o.FastCGI {
		err := mountArg(c, "--fastcgi", "ADDRESS", arg, func(address string) config.Place {
			return config.Place{Root: o.FastCGIRoot, FastCGI: &config.FastCGI{Address: address}}
		})
		if err != nil {
			return err
		}
	}
	for _, kind := range []struct {
		flag, what string
		args       []string
		place      func(address string) config.Place
	}{
		{"--scgi", "ADDRESS", o.SCGI, func(a string) config.Place { return config.Place{SCGI: &config.SCGI{Address: a}} }},
		{"--uwsgi", "ADDRESS", o.UWSGI, func(a string) config.Place { return config.Place{UWSGI: &config.UWSGI{Address: a}} }},
		{"--upstream", "URL", o.Proxy, func(a string) config.Place { return config.Place{Proxy: &config.Proxy{URL: a}} }},
	} {
		for _, arg := range kind.args {
			if err := mountArg(c, kind.flag, kind.what, arg, kind.place); err != nil {
				return err
			}
		}
	}
	return nil
}

// programKeys are the keys of what can answer for a place. The flags are called like them.
var programKeys = []string{"cgi", "fastcgi", "scgi", "uwsgi", "upstream", "wsgi", "asgi"}

// mountArg sets the place that a flag PREFIX=KIND says.
func mountArg(c *config.Config, flag, kind, arg string, place func(what string) config.Place) error {
	prefix, what, err := cutPrefix(arg, kind)
	if err != nil {
		return fmt.Errorf("%w: %s %s: %w", errUsage, flag, arg, err)
	}
	if prefix == "" {
		for _, key := range programKeys {
			if by, given := c.GivenBy(key); given {
				return fmt.Errorf("%w: %s %s: / is served already, by %s", errUsage, flag, arg, by)
			}
		}
		c.Site.Place = place(what)
		c.Given("root", flag+" "+arg)
		c.Given(strings.TrimPrefix(flag, "--"), flag+" "+arg)
		return nil
	}
	if _, twice := c.Paths[prefix]; twice {
		return fmt.Errorf("%w: %s %s: %s is served already", errUsage, flag, arg, prefix)
	}
	if c.Paths == nil {
		c.Paths = map[string]config.Place{}
	}
	c.Paths[prefix] = place(what)
	c.Given("paths."+prefix, flag+" "+arg)
	return nil
}
