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
// HTTPS, Redirects, Rewrites and Auth, and then comes to the place with the
// longest path that fits. Sites have nothing from each other.
type Site struct {
	// Place is what is served at /; its keys stand beside the others.
	Place `yaml:",inline"`

	// Paths are what is served below other paths, such as /downloads. They have
	// the options of the site, unless they give their own.
	Paths map[string]Place `yaml:"paths"`

	// HTTPS sends clients that come without TLS to https.
	HTTPS *HTTPS `yaml:"https"`

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

	// Health is a path that is answered with ok while the server is well. It needs
	// neither TLS nor a password, unless auth names it.
	Health string `yaml:"health"`
}

// A Place is what is served at a path, and all below it: files of a directory.
type Place struct {
	// Root is the directory whose files are served.
	Root string `yaml:"root,short"`

	// Options say how.
	Options `yaml:",inline"`

	// Fallback is the path of the page that is sent in place of those that are not
	// there, such as /index.html, for applications that make their pages in the
	// browser.
	Fallback string `yaml:"fallback"`

	// Listing shows what is in directories without an index file.
	Listing *Listing `yaml:"listing"`

	// Put lets clients write files by PUT and DELETE.
	Put *Put `yaml:"put"`

	// WebDAV shares the directory by WebDAV.
	WebDAV *WebDAV `yaml:"webdav"`

	// Cache keeps answers in memory, as RFC 9111 allows.
	Cache *Cache `yaml:"cache"`

	// CGI runs the files of the root, which can be a single one, in place of
	// serving them.
	CGI *CGI `yaml:"cgi"`

	// FastCGI answers by a program that speaks FastCGI, such as php-fpm. The root is
	// then the directory of its scripts, as it knows it; without a root it answers
	// for all that is here.
	FastCGI *FastCGI `yaml:"fastcgi"`

	// SCGI answers by a program that speaks SCGI, such as uWSGI, in the same way.
	SCGI *SCGI `yaml:"scgi"`

	// UWSGI answers by a program that speaks the uwsgi protocol, such as uWSGI, in
	// the same way.
	UWSGI *UWSGI `yaml:"uwsgi"`

	// Proxy answers by another HTTP server, such as gunicorn.
	Proxy *Proxy `yaml:"upstream"`

	// WSGI answers by a Python application, in place of serving the files of the
	// root.
	WSGI *WSGI `yaml:"wsgi"`

	// ASGI does so by an application of ASGI.
	ASGI *ASGI `yaml:"asgi"`
}

// Options say how files are served. The paths of a site have those of the site,
// unless they give their own.
type Options struct {
	// Index names the files that stand for a directory; the first that exists
	// counts. The default is index.html; [] means none.
	Index []string `yaml:"index"`

	// Types gives the media types of files by extension: {.txt: text/plain}.
	Types map[string]string `yaml:"types"`

	// DefaultType is the type of files whose extension is not known. The default
	// is application/octet-stream.
	DefaultType string `yaml:"default-type"`

	// Charset is what types of text are said to be in. The default is utf-8; none
	// says nothing.
	Charset string `yaml:"charset"`

	// Hidden says to serve names that begin with a dot, too.
	Hidden *bool `yaml:"hidden"`

	// Links says which symbolic links are followed: inside, those that stay in the
	// root; owner, of these those to files of the link's owner; or none. The
	// default is inside.
	Links string `yaml:"links"`

	// CacheControl says how long clients and caches may keep files. The first that
	// fits counts.
	CacheControl []CacheControl `yaml:"cache-control"`

	// Precompressed names the codings of files beside others that are sent in
	// their place to who accepts them: zstd for .zst, br for .br and gzip for .gz.
	// The default is all three; [] means none.
	Precompressed []string `yaml:"precompressed"`

	// Compress codes what is not coded, for clients that accept it.
	Compress *Compress `yaml:"compress"`

	// Ranges is how many byte ranges a request may ask for. The default is 50; off
	// serves none.
	Ranges Count `yaml:"ranges"`

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

// A CacheControl says how long files may be kept.
type CacheControl struct {
	// Paths are the files that it is for: *.css for names, /docs/** for paths in
	// the root, {hash} for eight or more hexadecimal digits in a name.
	Paths []string `yaml:"paths"`

	// Value is that of the Cache-Control field, such as no-cache or max-age=3600;
	// immutable is for a year, and without asking again.
	Value string `yaml:"value"`

	// Expires is how long after the answer the Expires field says that the file
	// is old. The default is to send none.
	Expires Duration `yaml:"expires"`
}

// Compress says what is coded, and how.
type Compress struct {
	// Off says to code nothing.
	Off bool `yaml:"off,off"`

	// Codings are those that are offered, the one that is liked best first: zstd
	// and gzip. The default is both.
	Codings []string `yaml:"codings,short"`

	// Types are the media types that are coded: text/html, text/*, +xml. The
	// default is texts, and what else is not compressed by itself.
	Types []string `yaml:"types"`

	// Least is the size from which on a body is coded. The default is 1KiB; off
	// codes all.
	Least Size `yaml:"least"`

	// Gzip is the level for gzip, 1 to 9. The default is 5.
	Gzip int `yaml:"gzip"`

	// Zstd is the level for zstd, 1 to 22. The default is 3.
	Zstd int `yaml:"zstd"`

	// Memory is how much that was coded is kept for the next request. The default
	// is 16MiB; off keeps none.
	Memory Size `yaml:"memory"`

	// Streams is how many bodies may be coded as they flow at once. The default is
	// 32.
	Streams Count `yaml:"streams"`
}

// Listing says how directories are shown.
type Listing struct {
	// Most is how many names are shown. The default is 10000.
	Most Count `yaml:"most"`

	// Page is how many names a page has. The default is 1000.
	Page Count `yaml:"page"`
}

// Put says what may be written.
type Put struct {
	// Largest is the size of the largest file. The default is no limit.
	Largest Size `yaml:"largest"`

	// Spare is how much of the disk is left free. The default is 0.
	Spare Size `yaml:"spare"`
}

// WebDAV says what may be done by WebDAV. It serves hidden files, unless told
// otherwise.
type WebDAV struct {
	// Largest is the size of the largest file. The default is no limit.
	Largest Size `yaml:"largest"`

	// Spare is how much of the disk is left free. The default is 0.
	Spare Size `yaml:"spare"`

	// Infinity says to answer PROPFIND for a whole tree at once.
	Infinity bool `yaml:"infinity"`

	// LockTime is how long a lock lasts at most. The default is 1h.
	LockTime Duration `yaml:"lock-time"`

	// Locks is how many locks there may be. The default is 10000.
	Locks Count `yaml:"locks"`
}

// Cache says what is kept of answers.
type Cache struct {
	// Memory is how much may be kept. The default is 64MiB.
	Memory Size `yaml:"memory,short"`

	// Largest is the largest body that is kept. The default is 1MiB.
	Largest Size `yaml:"largest"`

	// Variants is how many answers are kept for one URL. The default is 16.
	Variants Count `yaml:"variants"`

	// Wait is how long a request may wait for another one that asks the same. The
	// default is 5s; off waits for none.
	Wait Duration `yaml:"wait"`

	// Deaf says to ignore the Cache-Control of requests: clients cannot ask for a new
	// answer.
	Deaf bool `yaml:"deaf"`

	// Name is what the cache calls itself in a Cache-Status field. The default is
	// to send none.
	Name string `yaml:"name"`
}

// HTTPS sends clients to https.
type HTTPS struct {
	// Port is where https is served. The default is 443.
	Port int `yaml:"port"`

	// Except are paths that are served without TLS too, each with all below it.
	Except []string `yaml:"except"`
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
	// Paths are the paths that it is for: /docs/** for all below /docs, *.css for
	// names. The default is all.
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
	// the name of the host, and restricted for the default site.
	Realm string `yaml:"realm"`

	// Public says to ask for no password at these paths, below one that needs one.
	Public bool `yaml:"public"`
}
