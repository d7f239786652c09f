package config

// A Host is a site that answers for certain hosts.
type Host struct {
	// Hosts are its names: example.org, *.example.org for all names below, or *
	// for all that no other site has, and for clients that name none.
	Hosts []string `yaml:"hosts"`

	// Site is what it serves.
	Site `yaml:",inline"`
}

// A Site is what the hosts of one name serve. A request passes, in this order,
// Redirects, Rewrites and Auth, and then comes to the place with the longest path
// that fits.
type Site struct {
	// Place is what is served at /; its keys stand beside the others.
	Place `yaml:",inline"`

	// Paths are what is served below other paths, such as /downloads.
	Paths map[string]Place `yaml:"paths"`

	// Redirects send clients elsewhere. The first that fits counts.
	Redirects []Redirect `yaml:"redirects"`

	// Rewrites change the path that a request is for. The first that fits counts.
	Rewrites []Rewrite `yaml:"rewrites"`

	// Headers change the fields of answers. All that fit count, in their order.
	Headers []Header `yaml:"headers"`

	// Auth asks for a name and a password. Of several that fit, the one with the
	// longest path counts.
	Auth []Auth `yaml:"auth"`

	// ErrorPages are the pages that are sent when something goes wrong, by status:
	// 404, 4xx or 5xx. They are paths in the site's root.
	ErrorPages map[string]string `yaml:"error-pages"`

	// Health is a path that is answered with ok while the server is well.
	Health string `yaml:"health"`
}

// A Place is what is served at a path, and all below it: files of a directory.
type Place struct {
	// Root is the directory whose files are served.
	Root string `yaml:"root,short"`

	// Index names the files that stand for a directory; the first that exists
	// counts. The default is index.html; [] means none.
	Index []string `yaml:"index"`

	// Types gives the media types of files by extension: {.txt: text/plain}.
	Types map[string]string `yaml:"types"`

	// DefaultType is the type of files whose extension is not known. The default
	// is application/octet-stream.
	DefaultType string `yaml:"default-type"`

	// Hidden says to serve names that begin with a dot, too.
	Hidden bool `yaml:"hidden"`

	// Memory is how much of small files is kept in memory. The default is 64MiB;
	// off keeps none.
	Memory Size `yaml:"memory"`

	// Small is the size up to which a file is kept in memory. The default is
	// 64KiB; off keeps none.
	Small Size `yaml:"small"`

	// Fresh is for how long a change of a file may go unseen. The default is
	// 100ms; off looks at the disk with each request.
	Fresh Duration `yaml:"fresh"`
}

// A Redirect sends clients elsewhere.
type Redirect struct {
	// From is a path, or with /* at its end a path and all below it.
	From string `yaml:"from"`

	// Pattern is a regular expression for the path, in place of From. It is to
	// fit the whole path.
	Pattern string `yaml:"pattern"`

	// To is a path or a URL. A star at its end stands for what the star of From
	// stood for, $1 for the first group of Pattern. The query of the request is
	// kept, unless To has one.
	To string `yaml:"to"`

	// Status is 301, 302, 303, 307 or 308. The default is 302.
	Status int `yaml:"status"`
}

// A Rewrite changes the path that a request is for.
type Rewrite struct {
	// From is a path, or with /* at its end a path and all below it.
	From string `yaml:"from"`

	// Pattern is a regular expression for the path, in place of From. It is to
	// fit the whole path.
	Pattern string `yaml:"pattern"`

	// To is the new path, with a query if the query is to be replaced. The star
	// and $1 mean what they do in a redirect.
	To string `yaml:"to"`
}

// A Header changes the fields of answers.
type Header struct {
	// Paths are the paths that it is for: /docs for that and all below, *.css for
	// names, with stars anywhere. The default is all.
	Paths []string `yaml:"paths"`

	// Set gives fields a value, in place of what they had.
	Set map[string]string `yaml:"set"`

	// Add gives fields one more value, or several.
	Add map[string][]string `yaml:"add"`

	// Remove names fields to leave out.
	Remove []string `yaml:"remove"`
}

// An Auth asks for a name and a password (RFC 7617).
type Auth struct {
	// Paths are the paths that it is for, each with all below it. The default is
	// all of the site.
	Paths []string `yaml:"paths"`

	// Users is a file as htpasswd writes it. It is read again when it changes.
	Users string `yaml:"users,short"`

	// Only names the users who may pass. The default is all in the file.
	Only []string `yaml:"only"`

	// Realm is what the client is told that the password is for. The default is
	// the name of the host.
	Realm string `yaml:"realm"`

	// Public says that these paths need no password, below one that does.
	Public bool `yaml:"public"`
}
