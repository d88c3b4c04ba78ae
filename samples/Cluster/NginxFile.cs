namespace Cluster;

/// <summary>What nginx is told. docs/scaling.md explains the lines.</summary>
internal static class NginxFile
{
    public static string Write(DirectoryInfo folder, Uri address, int front, int[] nodes)
    {
        var path = Path.Combine(folder.FullName, "nginx.conf");
        File.WriteAllText(path, Text(folder.FullName, address, front, string.Concat(nodes.Select(static port => $"server 127.0.0.1:{port} fail_timeout=2s; "))));
        return path;
    }

    // All tabs of this machine have one address and share their cookies, but each has a name, which it sends with every request.
    private static string Text(string folder, Uri address, int front, string servers) => $$"""
        daemon off;
        master_process off;
        pid {{folder}}/nginx.pid;
        error_log stderr crit;
        events { }
        http {
          access_log off;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;

          map $http_upgrade $connection_upgrade {
            default upgrade;
            "" "";
          }
          upstream nodes {
            zone nodes 64k;
            hash $arg_tab consistent;
            {{servers}}
          }
          server {
            listen {{address.Host}}:{{address.Port}};
            location /socket.io/ {
              proxy_pass http://nodes;
              proxy_http_version 1.1;
              proxy_set_header Upgrade $http_upgrade;
              proxy_set_header Connection $connection_upgrade;
              proxy_set_header Host $http_host;
              proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
              proxy_read_timeout 60s;
              proxy_buffering off;
            }
            location / {
              proxy_pass http://127.0.0.1:{{front}};
            }
          }
        }
        """;
}
