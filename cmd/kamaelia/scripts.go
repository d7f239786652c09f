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
	AtOnce        int               `name:"cgi-at-once" placeholder:"N" help:"Most programs that run at once, of all --cgi together; others wait. (default 32)"`
	Queue         int               `name:"cgi-queue" placeholder:"N" help:"Most requests that wait for that; others get 503. (default 1000)"`
	Output        string            `name:"cgi-output" placeholder:"SIZE" help:"Most that a program may say. (default off)"`
	CPU           string            `name:"cgi-cpu" placeholder:"TIME" help:"Most processor time of a program. (default off)"`
	Memory        string            `name:"cgi-memory" placeholder:"SIZE" help:"Most memory of a program. (default off)"`
}

// scripts sets what --cgi and its flags say.
func (o *scriptOptions) scripts(c *config.Config) error {
	one := config.CGI{
		Interpreters: o.Ext, Pass: o.Pass, Authorization: o.Authorization, Arguments: o.Arguments, User: o.User, AtOnce: o.AtOnce, Queue: o.Queue,
	}
	err := errors.Join(
		set(c, &one.First, o.Timeout, "", "--cgi-timeout"), set(c, &one.Idle, o.Timeout, "", "--cgi-timeout"),
		set(c, &one.Run, o.RunTime, "", "--cgi-run-time"), set(c, &one.Output, o.Output, "", "--cgi-output"),
		set(c, &one.CPU, o.CPU, "", "--cgi-cpu"), set(c, &one.Memory, o.Memory, "", "--cgi-memory"),
	)
	if err != nil {
		return err
	}
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
		prefix, dir, err := cutPrefix(arg)
		if err != nil {
			return fmt.Errorf("%w: --cgi %s: %w", errUsage, arg, err)
		}
		each := one
		all = append(all, &each)
		if prefix == "" {
			c.Site.Place = config.Place{Root: dir, CGI: &each}
			c.Given("root", "--cgi "+arg)
			continue
		}
		if _, twice := c.Paths[prefix]; twice {
			return fmt.Errorf("%w: --cgi %s: %s is served already", errUsage, arg, prefix)
		}
		if c.Paths == nil {
			c.Paths = map[string]config.Place{}
		}
		c.Paths[prefix] = config.Place{Root: dir, CGI: &each}
		c.Given("paths."+prefix, "--cgi "+arg)
	}
	config.Together(all...)
	return nil
}
