using System.Reflection;
using SocketIo.Engine;
using SocketIo.MessagePack;

namespace SocketIo.Functional.Tests.Packages;

/// <summary>What the public types of the packages have in common.</summary>
internal sealed class ApiRuleTests
{
    private static readonly Assembly[] Packages = [typeof(EngineSession).Assembly, typeof(Socket).Assembly, typeof(MessagePackPacketParser).Assembly];

    private static IEnumerable<Type> Types => Packages.SelectMany(static package => package.GetExportedTypes());

    // beside those, the packages for several servers and for durable topics
    private static readonly Assembly[] Others =
    [
        typeof(Cluster.Backplane).Assembly, typeof(SocketIo.Topics.ITopicStore).Assembly, typeof(Sqlite.SqliteTopicStore).Assembly, typeof(RedisOptions).Assembly, typeof(PostgresOptions).Assembly,
    ];

    private static IEnumerable<MethodInfo> Methods => MethodsOf(Types);

    private static IEnumerable<MethodInfo> MethodsOf(IEnumerable<Type> types) =>
        types.SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly));

    [Test]
    public void Handlers_of_events_are_registered_by_methods_only()
    {
        Assert.That(Types.SelectMany(static type => type.GetEvents()), Is.Empty);
        Assert.That(
            Types.SelectMany(static type => type.GetProperties()).Where(static property => typeof(Delegate).IsAssignableFrom(property.PropertyType)).Select(Name),
            Is.EquivalentTo((string[])["EngineOptions.AllowRequest", "EngineOptions.GenerateId", "SocketIoOptions.AllowRequest", "SocketIoOptions.GenerateId"]),
            "those decide, and are no events");
    }

    [Test]
    public void No_type_is_a_record() =>
        Assert.That(Types.Where(static type => type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null), Is.Empty);

    [Test]
    public void A_cancellation_token_has_one_name_and_is_the_last_parameter()
    {
        foreach (var method in Methods.Concat(MethodsOf(Others.SelectMany(static package => package.GetExportedTypes()))))
        {
            var tokens = method.GetParameters().Where(static parameter => parameter.ParameterType == typeof(CancellationToken)).ToArray();
            Assert.That(tokens, Has.Length.LessThanOrEqualTo(1), Name(method));
            if (tokens is [var token])
            {
                Assert.That(token.Name, Is.EqualTo("cancellationToken"), Name(method));
                Assert.That(token.Position, Is.EqualTo(method.GetParameters().Length - 1), Name(method));
            }
        }
    }

    [Test]
    public void What_asks_others_takes_a_cancellation_token_or_has_an_operator_that_does() =>
        Assert.That(
            Methods.Where(static method => method.Name is "FetchSocketsAsync" or "ServerSideEmitWithAckAsync").Where(static method => !TakesToken(method)).Select(Name),
            Is.Empty);

    [Test]
    public void The_MessagePack_package_sees_nothing_internal_of_the_server() =>
        Assert.That(
            Packages.Take(2)
                .SelectMany(static package => package.GetCustomAttributes<System.Runtime.CompilerServices.InternalsVisibleToAttribute>())
                .Select(static attribute => attribute.AssemblyName),
            Has.None.EqualTo(Packages[2].GetName().Name));

    private static bool TakesToken(MethodInfo method) => method.GetParameters().Any(static parameter => parameter.ParameterType == typeof(CancellationToken));

    private static string Name(MemberInfo member) => $"{member.ReflectedType!.Name}.{member.Name}";
}
