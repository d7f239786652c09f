package config

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Given says that a key, and all below it, was set by something else than the file
// that a Config was read from, such as a flag, and how to call that in problems.
// Relative paths in it are relative to the current directory.
func (c *Config) Given(path, by string) {
	c.given = maps.Clone(c.given)
	if c.given == nil {
		c.given = map[string]string{}
	}
	c.given[path] = by
}

// GivenBy returns what has set a key, or something that it belongs to: see Given.
func (c *Config) GivenBy(path string) (by string, given bool) { return c.giver(path) }

// giver returns what has set a key, or something that it belongs to.
func (c *Config) giver(path string) (string, bool) {
	for {
		if by, ok := c.given[path]; ok {
			return by, true
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			return "", false
		}
		path = path[:i]
	}
}

// file returns the name of the file that a key names. One that is relative is
// relative to the directory of the configuration.
func (c *Config) file(path, name string) string {
	if _, given := c.giver(path); given || name == "" || filepath.IsAbs(name) || c.source == nil {
		return name
	}
	return filepath.Join(c.source.dir, name)
}

// socket returns the name of the socket of Unix that a key names. What begins with @ is no
// file.
func (c *Config) socket(path, name string) string {
	if strings.HasPrefix(name, "@") {
		return name
	}
	return c.file(path, name)
}

// Keys lists the keys that there can be, as paths: sites.auth.users. Where they
// stand in the default site, in a site and in its paths, they are listed once.
func Keys() []string {
	all := map[string]bool{}
	addKeys(all, configType, "")
	return slices.Sorted(maps.Keys(all))
}
